using System.Text.RegularExpressions;
using Tests.Shared;

namespace Packaging.Tests.Docs;

/// <summary>What the page for people in trouble names is there.</summary>
public sealed partial class OperationsTests
{
    static readonly string Page = Read("operations.md");

    [Fact]
    public void Metrics_Named_AreOnTheMetricsPage()
    {
        string reference = Read("metrics.md");
        string[] names = [.. Metric().Matches(Page).Select(m => m.Value).Distinct()];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", reference, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_Named_AreInTheConfigurationReference()
    {
        string reference = Read("configuration.md");
        string[] settings = [.. Setting().Matches(Page).Select(m => m.Groups[1].Value).Distinct()];
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.Contains($"{setting}` |", reference, StringComparison.Ordinal));
    }

    static string Read(string file) => File.ReadAllText(Repository.PathTo("docs", file));

    [GeneratedRegex(@"\bcollector_\w+_(?:total|records|seconds|senders|info|successful)\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"`(?:receivers|classifier|pipeline|outputs)\.(?:\w+\.)*(\w+)`")]
    private static partial Regex Setting();
}
