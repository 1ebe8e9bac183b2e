using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Docs;

public sealed class ReadmeTests
{
    /// <summary>Both ways to start, what to send, what to see, and what to ask: minutes, since it builds twice.</summary>
    [TourFact]
    public async Task Commands_InAFreshCopy_ShowWhatTheReadmeShows()
    {
        ToolResult tour = await Tool.RunAsync("bash", Repository.PathTo("tests", "Packaging.Tests", "Docs", "tour.sh"), Repository.Root);
        Assert.EndsWith("== done\n", tour.Succeeded(), StringComparison.Ordinal);
    }
}

/// <summary>A test that needs namespaces of its own: skipped, with the reason, where the host refuses them.</summary>
sealed class TourFactAttribute : FactAttribute
{
    public TourFactAttribute() => Skip =
        Ability.Missing("dotnet", "git", "logger", "curl", "promtool", "ip", "clang", "gzip", "journalctl") ?? Ability.NoNamespaces;
}
