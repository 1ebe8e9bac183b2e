using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Release;

public sealed class TarballTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ToolFact("readelf", "jq", "systemd-sysusers")]
    public async Task Tarball_Unpacked_RunsAndFitsItsSum()
    {
        string script = Repository.PathTo("packaging", "tarball.sh");
        string tarball = (await Tool.RunAsync("bash", script, CollectorBinary.Path, _folder.Path, "1.0.0")).Succeeded().Trim();
        Assert.Equal("collector-1.0.0-linux-x64.tar.gz", Path.GetFileName(tarball).Replace("arm64", "x64", StringComparison.Ordinal));
        (await Tool.RunAsync("sh", "-c", $"cd {_folder.Path} && sha256sum --check --strict *.sha256")).Succeeded();
        (await Tool.RunAsync("tar", "-C", _folder.Path, "-xzf", tarball)).Succeeded();

        string root = tarball[..^".tar.gz".Length];
        (await Tool.RunAsync(Path.Combine(root, "bin", "collector"), "check", "--config", Path.Combine(root, "etc", "collector", "collector.yaml"))).Succeeded();
        (await Tool.RunAsync("systemd-sysusers", "--dry-run", Path.Combine(root, "lib", "sysusers.d", "collector.conf"))).Succeeded();
        Assert.True(File.Exists(Path.Combine(root, "lib", "systemd", "system", "collector.service")));

        byte[] first = await File.ReadAllBytesAsync(tarball);
        (await Tool.RunAsync("bash", script, CollectorBinary.Path, _folder.Path, "1.0.0")).Succeeded();
        byte[] second = await File.ReadAllBytesAsync(tarball);
        Assert.True(first.AsSpan().SequenceEqual(second), "another run gives other bytes");
    }
}
