using System.Text.Json;
using System.Text.RegularExpressions;
using Tests.Shared;

namespace Packaging.Tests.Grafana;

public sealed partial class DashboardTests
{
    static readonly Dashboard[] Dashboards = [.. Dashboard.Files.Select(f => new Dashboard(f))];
    static readonly string[] PanelTypes = ["row", "stat", "timeseries", "table", "logs"];

    [Fact]
    public void Files_AreTheTwoDashboards() =>
        Assert.Equal(["collector-logs", "collector-process"], Dashboards.Select(d => d.Root.GetProperty("uid").GetString()!).Order());

    [Fact]
    public void Dashboards_HaveWhatGrafanaAsksFor() => Assert.All(Dashboards, dashboard =>
    {
        JsonElement root = dashboard.Root;
        Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", root.GetProperty("uid").GetString());
        Assert.NotEmpty(root.GetProperty("title").GetString()!);
        Assert.InRange(root.GetProperty("schemaVersion").GetInt32(), 36, 42);
        Assert.False(root.TryGetProperty("id", out _), "an id belongs to one Grafana");
        Assert.False(root.TryGetProperty("__inputs", out _), "exported for sharing: provisioning does not fill __inputs");
    });

    [Fact]
    public void Panels_HaveUniqueIds() => Assert.All(Dashboards, dashboard =>
    {
        int[] ids = [.. dashboard.Panels.Select(p => p.GetProperty("id").GetInt32())];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.True(id > 0));
    });

    [Fact]
    public void Panels_AreOfKnownTypesWithATitle() => Assert.All(Dashboards.SelectMany(d => d.Panels), panel =>
    {
        Assert.Contains(panel.GetProperty("type").GetString(), PanelTypes);
        Assert.NotEmpty(panel.GetProperty("title").GetString()!);
    });

    [Fact]
    public void Panels_StandOnTheGridWithoutOverlap() => Assert.All(Dashboards, dashboard =>
    {
        HashSet<(int X, int Y)> taken = [];
        foreach (JsonElement panel in dashboard.Panels)
        {
            JsonElement place = panel.GetProperty("gridPos");
            int x = place.GetProperty("x").GetInt32(), y = place.GetProperty("y").GetInt32();
            int width = place.GetProperty("w").GetInt32(), height = place.GetProperty("h").GetInt32();
            Assert.True(x >= 0 && width > 0 && x + width <= 24 && height > 0, panel.GetProperty("title").GetString());
            for (int cell = 0; cell < width * height; cell++)
            {
                Assert.True(taken.Add((x + (cell % width), y + (cell / width))), panel.GetProperty("title").GetString());
            }
        }
    });

    [Fact]
    public void Targets_HaveUniqueLettersInTheirPanel() => Assert.All(Dashboards.SelectMany(d => d.Panels), panel =>
    {
        string[] letters = [.. Dashboard.Find(panel, "refId").Select(r => r.GetString()!)];
        Assert.Equal(letters.Distinct(), letters);
        Assert.Equal(panel.GetProperty("type").GetString() != "row", letters.Length > 0);
    });

    [Fact]
    public void DataSources_AreVariablesOfTheDashboard() => Assert.All(Dashboards, dashboard =>
    {
        string[] sources = [.. dashboard.Variables.Where(v => v.GetProperty("type").GetString() == "datasource").Select(v => v.GetProperty("name").GetString()!)];
        JsonElement[] used = [.. Dashboard.Find(dashboard.Root, "datasource").Where(d => d.ValueKind == JsonValueKind.Object)];
        Assert.NotEmpty(used);
        Assert.All(used, source => Assert.Contains(source.GetProperty("uid").GetString(), sources.Select(s => $"${{{s}}}")));
        Assert.All(used, source => Assert.Equal($"${{{source.GetProperty("type").GetString()}}}", source.GetProperty("uid").GetString()));
        // A panel's data source and its target's have to be one.
        Assert.All(dashboard.Panels.Where(p => p.TryGetProperty("targets", out _)), panel => Assert.Single(
            Dashboard.Find(panel, "datasource").Select(d => d.GetProperty("uid").GetString()).Distinct()));
    });

    [Fact]
    public void Variables_AreAllDefinedAndAllUsed() => Assert.All(Dashboards, dashboard =>
    {
        string text = dashboard.Root.GetRawText();
        IEnumerable<string> used = VariableName().Matches(text).Select(m => m.Groups[1].Value).Where(name => !name.StartsWith("__", StringComparison.Ordinal));
        Assert.Equal(dashboard.Variables.Select(v => v.GetProperty("name").GetString()).Order(), used.Distinct().Order());
    });

    /// <summary>Loki is not in Debian: the names are held to what the OTLP payload's snapshot shows that it is sent, with its underscores for dots.</summary>
    [Fact]
    public void LogQueries_NameWhatLokiIsSent()
    {
        string payload = File.ReadAllText(Repository.PathTo(
            "tests", "Collector.Tests", "Outputs", "Otlp", "OtlpPayloadTests.Write_SyslogRecords_HaveTheDocumentedShape.verified.json"));
        HashSet<string> sent = [.. AttributeKey().Matches(payload).Select(m => m.Groups[1].Value.Replace('.', '_'))];
        string[] expressions = [.. Dashboards.SelectMany(d => d.Queries).Where(q => q.Language == "loki").Select(q => q.Expression)];
        Assert.NotEmpty(expressions);
        Assert.All(expressions.SelectMany(e => LogLabel().Matches(e)).Select(m => m.Value).Distinct(), name => Assert.Contains(name, sent));
    }

    [GeneratedRegex(@"""key"": ""([\w.]+)""")]
    private static partial Regex AttributeKey();

    [GeneratedRegex(@"\b[a-z]+_[a-z_]+\b(?!\()")]
    private static partial Regex LogLabel();

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex VariableName();
}
