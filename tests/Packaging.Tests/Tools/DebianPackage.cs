using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>The Debian package, built by the script that releases use.</summary>
static class DebianPackage
{
    /// <summary>Builds it; by default without compression, which would take longer than all the rest.</summary>
    /// <returns>Path of the package.</returns>
    public static async Task<string> BuildAsync(TemporaryFolder folder, string version, string compression = "none") =>
        (await Tool.RunAsync("bash", Repository.PathTo("packaging", "deb", "build.sh"), CollectorBinary.Path, folder.Path, version, compression)).Succeeded().Trim();
}
