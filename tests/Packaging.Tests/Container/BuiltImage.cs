using System.Diagnostics;
using System.Runtime.InteropServices;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Container;

/// <summary>The image that the Dockerfile makes as it stands, on base images made from Debian packages.</summary>
/// <remarks>In a storage of its own: nothing of it stays, and nobody finds a stand-in under the name of a real base image.</remarks>
public sealed class BuiltImage : IAsyncLifetime
{
    /// <summary>To run it by.</summary>
    internal const string Name = "localhost/collector-test";

    /// <summary>What a container may open and start: hosts of tests may forbid more.</summary>
    internal static readonly string[] Limits = ["--ulimit", "nofile=4000:4000", "--ulimit", "nproc=4000:4000"];

    readonly TemporaryFolder _folder = new();

    /// <summary>Makes the base images that cannot be pulled, under their names, and builds without a network.</summary>
    public async Task InitializeAsync()
    {
        // Fixtures are made even when every test of the class is skipped.
        if (Ability.NoContainers is not null)
        {
            return;
        }

        _folder.Write("storage.conf", $"""
            [storage]
            driver = "overlay"
            graphroot = "{_folder.PathTo("storage")}"
            runroot = "{_folder.PathTo("run")}"
            """);
        string[] bases = [.. File.ReadLines(Repository.PathTo("Dockerfile")).Where(l => l.StartsWith("FROM ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1])];
        // Three folders above shared/Microsoft.NETCore.App/VERSION.
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        await StandInAsync(
            bases[0], "--path", dotnet, "--env", $"PATH={dotnet}:/usr/sbin:/usr/bin", "--env", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
            "bash", "binutils", "ca-certificates", "clang", "coreutils", "dash", "findutils", "grep", "sed", "zlib1g-dev");
        await StandInAsync(bases[1], "--user", "65532", "libc6", "libgcc-s1", "libssl3", "libstdc++6", "tzdata");

        // The packages that the solution was restored with: the build asks no registry.
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        (await PodmanAsync([
            "build", "--pull=never", "--format", "docker", "--network", "none", "--volume", packages + ":/root/.nuget/packages:O", .. Limits,
            "--tag", Name, Repository.Root])).Succeeded();
    }

    public async Task DisposeAsync()
    {
        if (Ability.NoContainers is null)
        {
            await PodmanAsync("rmi", "--all", "--force");
            // Podman mounts the folder of its layers on itself, and a build that failed leaves its layers mounted.
            await Tool.RunAsync("umount", "--recursive", _folder.PathTo("storage", "overlay"));
        }

        _folder.Dispose();
    }

    internal Task<ToolResult> PodmanAsync(params IEnumerable<string> arguments) => RunAsync("podman", ["--runtime", "runc", .. arguments]);

    async Task StandInAsync(string name, params string[] arguments) =>
        (await RunAsync("bash", [Repository.PathTo("tests", "Packaging.Tests", "Container", "stand-in-image.sh"), name, .. arguments])).Succeeded();

    Task<ToolResult> RunAsync(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments);
        start.Environment["CONTAINERS_STORAGE_CONF"] = _folder.PathTo("storage.conf");
        return Tool.RunAsync(start);
    }
}
