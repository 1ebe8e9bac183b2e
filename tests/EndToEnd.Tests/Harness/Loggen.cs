namespace EndToEnd.Tests.Harness;

/// <summary>syslog-ng's load generator. Its package cannot be installed beside rsyslog, so it is unpacked into a folder of its own.</summary>
sealed class Loggen : IDisposable
{
    readonly TemporaryFolder _folder;

    Loggen(TemporaryFolder folder) => _folder = folder;

    /// <returns>Null, with the reason, where the package cannot be had.</returns>
    public static async Task<(Loggen? Loggen, string Problem)> FetchAsync()
    {
        TemporaryFolder folder = new();
        const string fetch = "apt-get download syslog-ng-core && dpkg-deb -x syslog-ng-core_*.deb . && rm -f *.deb && LD_LIBRARY_PATH=usr/lib/syslog-ng SYSLOGNG_PREFIX=usr usr/bin/loggen --help";
        await using RunningProgram program = new("sh", ["-c", fetch], folder.Path);
        if (await program.ExitAsync(TimeSpan.FromSeconds(60)) == 0)
        {
            return (new Loggen(folder), "");
        }

        string problem = program.Everything();
        folder.Dispose();
        return (null, problem);
    }

    /// <summary>Runs it to its end.</summary>
    public async Task SendAsync(params string[] arguments)
    {
        await using RunningProgram program = new(_folder.File("usr/bin/loggen"), arguments, _folder.Path, new Dictionary<string, string>
        {
            ["LD_LIBRARY_PATH"] = _folder.File("usr/lib/syslog-ng"),
            ["SYSLOGNG_PREFIX"] = _folder.File("usr"),
        });
        Assert.True(await program.ExitAsync(TimeSpan.FromSeconds(60)) == 0, program.Everything());
    }

    public void Dispose() => _folder.Dispose();
}
