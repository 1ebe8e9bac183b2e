using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Rpm;

public sealed class PackageTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact("rpmbuild", "jq", "objdump", "rpm2archive")]
    public async Task Package_Unpacked_HasWhatAHostNeedsAndRuns()
    {
        string package = await BuildAsync("1.0.0");
        Assert.Equal(["/etc/collector/collector.yaml"], await LinesAsync("-qcp", package));
        Assert.Contains("-rw-r-----    1 root     collecto", (await LinesAsync("-qlvp", package)).Single(l => l.EndsWith("collector.yaml", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("glibc >= 2.", await RpmAsync("-qRp", package), StringComparison.Ordinal);
        string[] flags = await LinesAsync("-qp", "--queryformat", "[%{FILEFLAGS:fflags} %{FILENAMES}\\n]", package);
        Assert.Contains("cn /etc/collector/collector.yaml", flags);

        (await Tool.RunAsync("rpm2archive", "--nocompression", package)).Succeeded();
        (await Tool.RunAsync("tar", "-C", _folder.Path, "-xf", package + ".tar")).Succeeded();
        string binary = _folder.PathTo("usr", "bin", "collector");
        (await Tool.RunAsync(binary, "check", "--config", _folder.PathTo("etc", "collector", "collector.yaml"))).Succeeded();
        Assert.All(
            ["usr/lib/systemd/system/collector.service", "usr/lib/sysusers.d/collector.conf", "usr/share/man/man1/collector.1.gz", "usr/share/bash-completion/completions/collector"],
            file => Assert.True(File.Exists(_folder.PathTo(file)), file));
    }

    [ToolFact("rpmbuild", "jq", "objdump", "dash")]
    public async Task Scriptlets_ByTheShell_AreValid()
    {
        string package = await BuildAsync("1.0.0");
        foreach (string name in (string[])["PREIN", "POSTIN", "PREUN", "POSTUN"])
        {
            string script = _folder.Write(name, await RpmAsync("-qp", "--queryformat", $"%{{{name}}}\n", package));
            Assert.NotEqual("(none)\n", await File.ReadAllTextAsync(script));
            (await Tool.RunAsync("dash", "-n", script)).Succeeded();
        }
    }

    [ToolFact("rpmbuild", "jq", "objdump")]
    public async Task Package_BuiltTwice_IsTheSame()
    {
        byte[] first = await File.ReadAllBytesAsync(await BuildAsync("1.0.0"));
        byte[] second = await File.ReadAllBytesAsync(await BuildAsync("1.0.0"));
        Assert.True(first.AsSpan().SequenceEqual(second));
    }

    /// <summary>By rpm itself, without its own database of what else is installed.</summary>
    [MachineFact("rpmbuild", "jq", "objdump")]
    public async Task Package_InstalledUpgradedErased_KeepsTheConfiguration() =>
        await ThrowawayMachine.RunAsync("install-upgrade-erase.sh", [await BuildAsync("1.0.0"), await BuildAsync("1.0.1")]);

    /// <summary>Without compression, which would take longer than all the rest.</summary>
    async Task<string> BuildAsync(string version) =>
        (await Tool.RunAsync("bash", Repository.PathTo("packaging", "rpm", "build.sh"), CollectorBinary.Path, _folder.Path, version, "w0.ufdio")).Succeeded().Trim();

    static async Task<string> RpmAsync(params string[] arguments) => (await Tool.RunAsync("rpm", arguments)).Succeeded();

    static async Task<string[]> LinesAsync(params string[] arguments) => (await RpmAsync(arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
