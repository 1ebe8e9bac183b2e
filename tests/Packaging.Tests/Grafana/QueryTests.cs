using System.Text.Json;
using System.Text.RegularExpressions;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Grafana;

/// <summary>Every PromQL query of the dashboards and the rules against a real Prometheus that scrapes the real binary under load.</summary>
public sealed partial class QueryTests : IAsyncLifetime
{
    // Each is new to the model, so that it has something to read all the time.
    static readonly string[] Words = ["disk", "fan", "router", "login", "mailbox", "certificate", "queue", "backup", "session", "replica", "printer", "cache"];
    static readonly string[] States = ["failed", "recovered", "is slow", "was removed", "was refused", "overheats", "is full", "expired", "restarted", "is unreachable"];

    readonly CancellationTokenSource _stop = new();
    RunningCollector _collector = null!;
    PrometheusServer _prometheus = null!;
    Task _load = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _collector = await RunningCollector.StartAsync();
        _prometheus = new PrometheusServer(_collector.HttpPort);
        _load = LoadAsync();
        await _prometheus.ScrapedAsync(12);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _load;
        _prometheus.Dispose();
        _collector.Dispose();
        _stop.Dispose();
    }

    [ToolFact("prometheus")]
    public async Task PanelsVariablesAndRules_UnderLoad_AllAnswer()
    {
        List<string> problems = [];
        foreach (DashboardQuery query in Dashboard.Files.SelectMany(f => new Dashboard(f).Queries).Where(q => q.Language == "prometheus"))
        {
            await CheckAsync(query.ToString(), query.Expression, problems);
        }

        foreach (string expression in Dashboard.Files.SelectMany(f => new Dashboard(f).VariableQueries))
        {
            GroupCollection values = LabelValues().Match(expression).Groups;
            JsonElement answer = await _prometheus.GetAsync($"/api/v1/label/{values[2].Value}/values?match[]={values[1].Value}");
            if (answer.GetArrayLength() == 0)
            {
                problems.Add($"variable {expression}: no value");
            }
        }

        await CheckRulesAsync(problems);
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    async Task CheckAsync(string name, string expression, List<string> problems)
    {
        // What Grafana fills in.
        string filled = expression.Replace("$__rate_interval", "10s", StringComparison.Ordinal)
            .Replace("$__range", "10s", StringComparison.Ordinal)
            .Replace("$instance", ".*", StringComparison.Ordinal);
        try
        {
            JsonElement[] samples = await _prometheus.QueryAsync(filled);
            if (samples.Length == 0 || samples.All(s => double.IsNaN(PrometheusServer.Value(s))))
            {
                problems.Add($"{name}: {(samples.Length == 0 ? "empty" : "not a number")}");
            }
        }
        catch (PrometheusException e)
        {
            problems.Add($"{name}: {e.Message}");
        }
    }

    async Task CheckRulesAsync(List<string> problems)
    {
        JsonElement answer = await _prometheus.GetAsync("/api/v1/rules");
        foreach (JsonElement rule in answer.GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray()))
        {
            string name = rule.GetProperty("name").GetString()!;
            if (rule.GetProperty("health").GetString() != "ok")
            {
                problems.Add($"rule {name}: {rule}");
            }

            if (rule.GetProperty("type").GetString() == "recording")
            {
                await CheckAsync("rule " + name, name, problems);
            }
        }

        JsonElement[] critical = await _prometheus.QueryAsync("ALERTS{alertname=\"CriticalLogDetected\"}");
        if (critical.Length != 1)
        {
            problems.Add("CriticalLogDetected is not pending");
        }

        // An alert on a name that is not there is quiet for ever.
        string page = await _collector.GetAsync("/metrics");
        string[] rules = [.. Directory.GetFiles(Repository.PathTo("packaging", "prometheus", "rules")).Select(File.ReadAllText)];
        problems.AddRange(
            from name in rules.SelectMany(r => MetricName().Matches(r)).Select(m => m.Value).Distinct()
            where !page.Contains("# TYPE " + name + " ", StringComparison.Ordinal)
            select $"rules: the binary has no {name}");
    }

    async Task LoadAsync()
    {
        Random random = new(5514);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await _collector.SendAsync(Enumerable.Range(0, 200).Select(i =>
                    $"<14>1 - web{i % 3} app - - - {(i < 5 ? string.Join(' ', random.GetItems(Words, 3)) + " " + random.GetItems(States, 1)[0] : "request served in " + i + " ms")}")
                    .Append("<14>1 - web1 kernel - - - EXT4-fs error (device sda1): remounting filesystem read-only"));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    [GeneratedRegex(@"label_values\((\w+), *(\w+)\)")]
    private static partial Regex LabelValues();

    [GeneratedRegex(@"(?<![:\w])(?:collector_\w+|log_severity)\b(?!:)")]
    private static partial Regex MetricName();
}
