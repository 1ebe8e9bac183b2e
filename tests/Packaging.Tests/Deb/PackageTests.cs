using Packaging.Tests.Tools;

namespace Packaging.Tests.Deb;

public sealed class PackageTests
{
    [MachineFact("dpkg-deb", "jq", "objdump")]
    public async Task Package_InstalledUpgradedRemovedPurged_KeepsTheConfigurationAndLeavesNothing()
    {
        using TemporaryFolder folder = new();
        string[] packages = [await DebianPackage.BuildAsync(folder, "1.0.0"), await DebianPackage.BuildAsync(folder, "1.0.1")];
        await ThrowawayMachine.RunAsync("install-upgrade-purge.sh", packages);
    }

    [ToolFact("dpkg-deb", "jq", "objdump", "lintian")]
    public async Task Package_ByLintian_HasNoErrorAndNoWarning()
    {
        using TemporaryFolder folder = new();
        (await Tool.RunAsync("lintian", "--allow-root", "--fail-on", "error,warning", await DebianPackage.BuildAsync(folder, "1.0.0", "gzip"))).Succeeded();
    }

    [ToolFact("dpkg-deb", "jq", "objdump")]
    public async Task Package_BuiltTwice_IsTheSame()
    {
        using TemporaryFolder folder = new();
        byte[] first = await File.ReadAllBytesAsync(await DebianPackage.BuildAsync(folder, "1.0.0"));
        byte[] second = await File.ReadAllBytesAsync(await DebianPackage.BuildAsync(folder, "1.0.0"));
        Assert.True(first.AsSpan().SequenceEqual(second));
    }
}
