using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Container;

/// <summary>What the compose file brings along, with the real binary beside it.</summary>
public sealed partial class TryTests : IAsyncLifetime
{
    RunningCollector _collector = null!;

    public async Task InitializeAsync() => _collector = await RunningCollector.StartAsync();

    public Task DisposeAsync()
    {
        _collector.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task TryScript_AgainstARunningCollector_ShowsCriticalLines()
    {
        ToolResult result = await RunTryScriptAsync();
        Assert.Matches(@"CRITICAL [1-9]", result.Succeeded());
        Assert.Contains("http://localhost:3000", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AlloyFile_NamesKeysThatRecordsHave()
    {
        (await RunTryScriptAsync()).Succeeded();
        JsonElement[] records = [.. (await _collector.RecordsAsync(6)).Select(line => JsonDocument.Parse(line).RootElement)];
        string alloy = await File.ReadAllTextAsync(Repository.PathTo("packaging", "container", "config.alloy"));
        string[] paths = [.. Expression().Matches(Block(alloy, "expressions")).Select(m => m.Groups[2].Value)];
        Assert.Equal(12, paths.Length);
        Assert.All(paths, path => Assert.Contains(records, record => Has(record, path.Split('.'))));
    }

    [Fact]
    public void AlloyFile_NamesWhatItExtractsAndForwardsToWhatIsThere()
    {
        string alloy = File.ReadAllText(Repository.PathTo("packaging", "container", "config.alloy"));
        Assert.Equal(alloy.Count(c => c == '{'), alloy.Count(c => c == '}'));
        string[] extracted = [.. Expression().Matches(Block(alloy, "expressions")).Select(m => m.Groups[1].Value)];
        string[] used = [.. EmptyValue().Matches(alloy).Select(m => m.Groups[1].Value), .. Source().Matches(alloy).Select(m => m.Groups[1].Value)];
        Assert.Equal(extracted.Order(), used.Distinct().Order());
        string[] parts = [.. Component().Matches(alloy).Select(m => $"{m.Groups[1].Value}.{m.Groups[2].Value}.receiver")];
        Assert.All(ForwardTo().Matches(alloy).Select(m => m.Groups[1].Value), target => Assert.Contains(target, parts));
    }

    Task<ToolResult> RunTryScriptAsync()
    {
        ProcessStartInfo start = new("bash", [Repository.PathTo("packaging", "container", "try.sh"), "127.0.0.1"]);
        start.Environment["SYSLOG_PORT"] = _collector.SyslogPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_PORT"] = _collector.HttpPort.ToString(CultureInfo.InvariantCulture);
        return Tool.RunAsync(start);
    }

    static bool Has(JsonElement record, string[] path) =>
        path.Length == 0 || (record.ValueKind == JsonValueKind.Object && record.TryGetProperty(path[0], out JsonElement child) && Has(child, path[1..]));

    static string Block(string text, string name)
    {
        int start = text.IndexOf(name + " = {", StringComparison.Ordinal);
        return text[start..text.IndexOf('}', start)];
    }

    [GeneratedRegex(@"^\s+(\w+)\s+= ""([\w.]+)"",$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"(\w+)\s+= """"")]
    private static partial Regex EmptyValue();

    [GeneratedRegex(@"source\s+= ""(\w+)""")]
    private static partial Regex Source();

    [GeneratedRegex(@"^([a-z.]+) ""(\w+)"" \{$", RegexOptions.Multiline)]
    private static partial Regex Component();

    [GeneratedRegex(@"forward_to = \[([\w.]+)\]")]
    private static partial Regex ForwardTo();
}
