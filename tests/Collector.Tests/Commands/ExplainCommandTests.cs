using System.Text.Json;
using Collector.Tests.Shared;

namespace Collector.Tests.Commands;

public sealed class ExplainCommandTests
{
    [Fact]
    public async Task Explain_Json_HasEveryStep()
    {
        Invocation result = await Invocation.OfAsync("explain", "--json", "SQL injection attempt detected in API.");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(
            ["app", "body", "severity", "category", "confidence", "critical_probability", "source", "template",
                "normalized", "tokens", "severity_logits", "category_logits", "words", "would_alert", "reason"],
            json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("sql injection attempt detected in api.", json.GetProperty("normalized").GetString());
        Assert.Equal((101, 102), (json.GetProperty("tokens")[0].GetInt32(), json.GetProperty("tokens")[json.GetProperty("tokens").GetArrayLength() - 1].GetInt32()));
        Assert.Equal((5, 8), (json.GetProperty("severity_logits").GetArrayLength(), json.GetProperty("category_logits").GetArrayLength()));
        Assert.Equal(["sql", "injection", "attempt", "detected", "in", "api."], json.GetProperty("words").EnumerateArray().Select(w => w.GetProperty("word").GetString()));
        Assert.True(json.GetProperty("would_alert").GetBoolean());
    }

    [Fact]
    public async Task Explain_SyslogLine_TellsWhatWasRead()
    {
        Invocation result = await Invocation.OfAsync("explain", "<34>1 2026-11-25T10:00:00Z web1 sshd 812 - - error: maximum authentication attempts exceeded for root");
        Assert.Equal((0, ""), (result.Code, result.Error));
        string text = string.Join('\n', result.Output.Split('\n').Select(line => line.TrimEnd()));
        Assert.Contains("read as     a syslog message\napp         sshd\nhost        web1\n", text, StringComparison.Ordinal);
        Assert.Contains("declared    crit, which means critical\n", text, StringComparison.Ordinal);
        Assert.Contains("Would not alert: the model says error", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("severity: info", "info", "rule", false, "rules[0] makes it info; only critical records alert")]
    [InlineData("mute: true", "critical", "model", false, "; rules[0] mutes it")]
    public async Task Explain_Rule_IsNamed(string action, string severity, string source, bool wouldAlert, string reason)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", $"rules:\n  - {{ match: {{ regex: injection }}, {action} }}\n");
        Invocation result = await Invocation.OfAsync("explain", "--json", "-c", file, "SQL injection attempt detected in API.");
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal((severity, source, wouldAlert), (json.GetProperty("severity").GetString()!, json.GetProperty("source").GetString()!, json.GetProperty("would_alert").GetBoolean()));
        Assert.EndsWith(reason, json.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_SameAsClassify_OnEveryField()
    {
        const string Line = "<11>Nov 25 10:00:00 db1 postgres[9]: could not write block 17 of relation base/1/2: No space left on device";
        JsonElement explained = JsonDocument.Parse((await Invocation.OfAsync("explain", "--json", Line)).Output).RootElement;
        JsonElement classified = JsonDocument.Parse((await Invocation.WithInputAsync(Line, "classify", "--json")).Output).RootElement;
        Assert.All(classified.EnumerateObject(), field => Assert.Equal(field.Value.ToString(), explained.GetProperty(field.Name).ToString()));
    }

    [Theory]
    [InlineData("@file that is none")]
    [InlineData("[error] in brackets")]
    [InlineData("{\"msg\":\"json\"}")]
    public async Task Explain_OddLine_IsTakenAsItIs(string line) => Assert.Equal(0, (await Invocation.OfAsync("explain", line)).Code);

    [Fact]
    public async Task Explain_LineWithADash_ComesBehindTwo() =>
        Assert.Contains("--- a line", (await Invocation.OfAsync("explain", "--", "--- a line")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Explain_ManyRecords_ExplainsTheFirstAndSaysSo()
    {
        Invocation result = await Invocation.OfAsync(
            "explain", """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},{"body":{"stringValue":"b"}}]}]}]}""");
        Assert.Equal((0, "The line holds 2 records; the first one is explained.\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Explain_HostileText_NeverDrivesTheTerminal()
    {
        Invocation result = await Invocation.OfAsync(["explain", "--app", "\u001b[5m", "bad \u001b]0;owned\u0007\u001b[2J\u202e[red]x[/]"], null, isTerminal: true);
        Assert.Equal(0, result.Code);
        Assert.DoesNotContain("\u001b]0", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[5m", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', result.Output);
    }

    [Fact]
    public async Task Explain_NoModel_ShowsTheFallbackAndEndsWith1()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", $"classifier: {{ model_folder: {folder.Path} }}\n");
        Invocation result = await Invocation.OfAsync("explain", "-c", file, "<10>Nov 25 10:00:00 h a: b");
        Assert.Equal(1, result.Code);
        Assert.Contains("Would alert: no model is loaded, and the sender's own severity means critical", string.Join(' ', result.Output.Split('\n', StringSplitOptions.TrimEntries)), StringComparison.Ordinal);
        Assert.StartsWith("There is no model to ask: ", result.Error, StringComparison.Ordinal);
    }
}
