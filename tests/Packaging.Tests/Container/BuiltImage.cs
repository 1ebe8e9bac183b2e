using System.Runtime.InteropServices;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Container;

/// <summary>The image that the Dockerfile makes as it stands, on base images made from Debian packages.</summary>
public sealed class BuiltImage : IAsyncLifetime
{
    /// <summary>What a container may open and start: hosts of tests may forbid more.</summary>
    internal static readonly string[] Limits = ["--ulimit", "nofile=4000:4000", "--ulimit", "nproc=4000:4000"];

    /// <summary>To run it by; one for each run, so that two runs side by side do not take it from each other.</summary>
    internal static readonly string Name = "localhost/collector-test:" + Guid.NewGuid().ToString("N")[..8];

    /// <summary>Makes the base images that cannot be pulled, under their names, and builds without a network.</summary>
    public async Task InitializeAsync()
    {
        // Fixtures are made even when every test of the class is skipped.
        if (Ability.NoContainers is not null)
        {
            return;
        }

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

    /// <summary>Takes the images away, and the layers that only they had.</summary>
    public Task DisposeAsync() => Ability.NoContainers is null ? PodmanAsync(["rmi", "--force", Name]) : Task.CompletedTask;

    internal static Task<ToolResult> PodmanAsync(string[] arguments) => Tool.RunAsync("podman", ["--runtime", "runc", .. arguments]);

    static async Task StandInAsync(string name, params string[] arguments) =>
        (await Tool.RunAsync("bash", [Repository.PathTo("tests", "Packaging.Tests", "Container", "stand-in-image.sh"), name, .. arguments])).Succeeded();
}
