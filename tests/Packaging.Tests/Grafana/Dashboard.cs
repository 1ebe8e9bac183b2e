using System.Text.Json;
using Tests.Shared;

namespace Packaging.Tests.Grafana;

/// <summary>A query of a panel or a variable, as the file has it.</summary>
sealed record DashboardQuery(string Panel, string Language, string Expression)
{
    public override string ToString() => $"{Panel}: {Expression}";
}

/// <summary>A dashboard file.</summary>
sealed class Dashboard
{
    public static readonly string[] Files = Directory.GetFiles(Repository.PathTo("packaging", "grafana", "dashboards"), "*.json");

    public Dashboard(string file)
    {
        Name = Path.GetFileNameWithoutExtension(file);
        Root = JsonDocument.Parse(File.ReadAllText(file)).RootElement;
        Panels = [.. Root.GetProperty("panels").EnumerateArray()];
        Variables = [.. Root.GetProperty("templating").GetProperty("list").EnumerateArray()];
    }

    public string Name { get; }

    public JsonElement Root { get; }

    public IReadOnlyList<JsonElement> Panels { get; }

    public IReadOnlyList<JsonElement> Variables { get; }

    public IEnumerable<DashboardQuery> Queries =>
        from panel in Panels
        where panel.TryGetProperty("targets", out _)
        from target in panel.GetProperty("targets").EnumerateArray()
        select new DashboardQuery(
            $"{Name}/{panel.GetProperty("title").GetString()}",
            target.GetProperty("datasource").GetProperty("type").GetString()!,
            target.GetProperty("expr").GetString()!);

    /// <summary>What the variables ask Prometheus for.</summary>
    public IEnumerable<string> VariableQueries =>
        from variable in Variables
        where variable.GetProperty("type").GetString() == "query" && variable.GetProperty("datasource").GetProperty("type").GetString() == "prometheus"
        select variable.GetProperty("query").GetProperty("query").GetString()!;

    /// <summary>Every value of a property with this name, however deep.</summary>
    public static IEnumerable<JsonElement> Find(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(p => p.Name == name ? Find(p.Value, name).Prepend(p.Value) : Find(p.Value, name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Find(e, name)),
        _ => [],
    };
}
