using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Classifier;
using Collector.Alerts;
using Collector.Alerts.Webhook;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using static Collector.Tests.Shared.Eventually;

namespace Collector.Tests.Alerts;

public sealed class AlertOutputTests
{
    const string Secret = "0123456789abcdef";

    [Theory]
    [InlineData("webhook", "url", "200|ok")]
    [InlineData("webhook", "url", "204")]
    [InlineData("slack", "webhook", "200|ok")]
    [InlineData("teams", "webhook", "202")]
    [InlineData("pagerduty", "routing_key: r, url", "202|{}")]
    [InlineData("alertmanager", "url", "200|")]
    public async Task Send_Critical_ArrivesOnce(string kind, string key, string answer)
    {
        using ScriptedServer server = new(answer);
        await using AlertOutput output = await StartAsync(kind, $"{key}: '{server.Address}'");
        await SendAsync(output, 1, 2);
        ScriptedRequest request = await server.NextAsync();
        Assert.Equal(kind == "alertmanager" ? "POST /api/v2/alerts HTTP/1.1" : "POST / HTTP/1.1", request.Line);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Contains("disk failed", request.Text, StringComparison.Ordinal);
        await UntilAsync(() => output.Statistics.Sent == 1);
        Assert.Equal((1L, 0L), (output.Statistics.Suppressed, output.Statistics.Failed));
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData("500|oops", false)]
    [InlineData("503|later", false)]
    [InlineData(ScriptedServer.Reset, false)]
    [InlineData(ScriptedServer.Half, false)]
    [InlineData(ScriptedServer.Hang, false)]
    [InlineData("400|invalid_payload", true)]
    [InlineData("401|no", true)]
    [InlineData("413|too large", true)]
    [InlineData("302 Location: http://127.0.0.1:9/|", true)]
    public async Task Send_Trouble_IsTriedAgainOrGivenUp(string answer, bool isFinal)
    {
        using ScriptedServer server = new(answer, "200|ok");
        // Short only where the wait is what is tried: on a busy machine a good answer may take its time.
        string timeout = answer == ScriptedServer.Hang ? ", timeout: 1s" : ", timeout: 60s";
        await using AlertOutput output = await StartAsync("slack", $"webhook: '{server.Address}/services/T0/B0/verysecret'{timeout}");
        await SendAsync(output, 1);
        await server.NextAsync();
        await UntilAsync(() => output.Statistics.Sent + output.Statistics.Failed == 1);
        Assert.Equal(isFinal ? (0L, 1L) : (1L, 0L), (output.Statistics.Sent, output.Statistics.Failed));
        Assert.Equal(isFinal ? 1 : 2, server.Count);
        Assert.Equal(isFinal, output.Problem is not null);
        Assert.DoesNotContain("verysecret", output.Problem ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_RetryAfter_IsHonoured()
    {
        using ScriptedServer server = new("429 Retry-After: 2|slow", "200|ok");
        await using AlertOutput output = await StartAsync("slack", $"webhook: '{server.Address}'");
        await SendAsync(output, 1);
        long first = (await server.NextAsync()).At;
        Assert.True(Stopwatch.GetElapsedTime(first, (await server.NextAsync()).At) >= TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task Send_Webhook_IsSigned()
    {
        using ScriptedServer server = new("200|ok");
        await using AlertOutput output = await StartAsync("webhook", $"url: '{server.Address}/hook', secret: {Secret}");
        await SendAsync(output, 1);
        ScriptedRequest request = await server.NextAsync();
        string timestamp = request.Headers[WebhookChannel.TimestampHeader];
        Assert.Equal(WebhookChannel.Signature(Encoding.UTF8.GetBytes(Secret), timestamp, request.Body), request.Headers[WebhookChannel.SignatureHeader]);
        Assert.True(long.Parse(timestamp, CultureInfo.InvariantCulture) > 1_700_000_000);
    }

    [Fact]
    public async Task Send_Muted_TellsNobodyEvenWhereAllIsWanted()
    {
        using ScriptedServer server = new("200|ok");
        await using AlertOutput output = await StartAsync("webhook", $"url: '{server.Address}'");
        await SendAsync(output, new Verdict { Severity = Severity.Critical, TemplateId = 1, IsMuted = true });
        await SendAsync(output, 2);
        Assert.Contains("\"template\":\"0000000000000002\"", (await server.NextAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public void MuteRule_Pasted_MutesTheTemplate()
    {
        AlertNotice notice = Notices.Firing();
        LoadedConfiguration configuration = Configured.From($"rules:\n{AlertText.MuteRule(notice.Alerts[0])}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        Verdict verdict = new() { Severity = Severity.Critical, TemplateId = 0x9f1c53aa0b1d4e22 };
        new RuleSet(configuration.Options!.Rules).Apply("api"u8, "web1"u8, "SQL injection"u8, default, ref verdict, out bool isMuted);
        Assert.True(isMuted);
        Verdict other = new() { Severity = Severity.Critical, TemplateId = 1 };
        new RuleSet(configuration.Options.Rules).Apply("api"u8, "web1"u8, "SQL injection"u8, default, ref other, out isMuted);
        Assert.False(isMuted);
    }

    [Fact]
    public async Task Send_MuteRuleOfTheMessagePasted_SilencesTheChannel()
    {
        using ScriptedServer server = new("200|ok");
        await using AlertOutput output = await StartAsync("webhook", $"url: '{server.Address}'");
        Lawbook lawbook = new(new Law(SeverityPolicy.Model, new RuleSet([])));
        Judge judge = new(lawbook, new VerdictStatistics(TimeProvider.System));
        await JudgeAsync(7, "web1");
        using JsonDocument json = JsonDocument.Parse((await server.NextAsync()).Body);
        string rule = json.RootElement.GetProperty("alerts")[0].GetProperty("mute").GetString()!;
        LoadedConfiguration configuration = Configured.From($"rules:\n{rule}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        lawbook.Current = new Law(SeverityPolicy.Model, new RuleSet(configuration.Options.Rules));
        // Another host, so that nothing but the rule keeps it silent; then another template, which is told.
        await JudgeAsync(7, "web2");
        await JudgeAsync(8, "web3");
        string next = (await server.NextAsync()).Text;
        Assert.Contains("web3", next, StringComparison.Ordinal);
        Assert.DoesNotContain("web2", next, StringComparison.Ordinal);
        Assert.Equal(2, server.Count);

        async Task JudgeAsync(ulong template, string host)
        {
            ClassifiedBatch batch = new BatchBuilder()
                .Add("disk failed", host, "kernel", verdict: new Verdict { Severity = Severity.Critical, Source = VerdictSource.Model, TemplateId = template })
                .Build(new ClassifiedBatchPool(new Ledger()));
            judge.Finish(batch);
            await output.SendAsync(batch, new[] { 0 }, default);
        }
    }

    [Fact]
    public async Task Stop_WithPendingAlerts_SendsThemAfterTheRestart()
    {
        using TemporaryFolder folder = new();
        using (ScriptedServer down = new(ScriptedServer.Reset))
        {
            await using AlertOutput output = await StartAsync("webhook", $"url: '{down.Address}'", folder.Path);
            await SendAsync(output, 1);
            await down.NextAsync();
        }

        using ScriptedServer server = new("200|ok");
        await using AlertOutput restarted = await StartAsync("webhook", $"url: '{server.Address}'", folder.Path);
        Assert.Contains("disk failed", (await server.NextAsync()).Text, StringComparison.Ordinal);
        await UntilAsync(() => restarted.Statistics.Sent == 1);
        // And what was told is known after yet another restart.
        await restarted.DisposeAsync();
        await using AlertOutput third = await StartAsync("webhook", $"url: '{server.Address}'", folder.Path);
        await SendAsync(third, 1);
        await UntilAsync(() => third.Statistics.Suppressed == 1);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("{\"a\":")]
    public async Task Start_StateThatIsNone_IsSetAside(string content)
    {
        using TemporaryFolder folder = new();
        folder.Write("alerts-webhook.json", content);
        using ScriptedServer server = new("200|ok");
        await using AlertOutput output = await StartAsync("webhook", $"url: '{server.Address}'", folder.Path);
        await SendAsync(output, 1);
        await server.NextAsync();
        Assert.True(File.Exists(Path.Combine(folder.Path, "alerts-webhook.json.bad")));
    }

    internal static async Task<AlertOutput> StartAsync(string kind, string settings, string? stateFolder = null, AlertEvidence? evidence = null)
    {
        LoadedConfiguration configuration = Configured.From($"outputs: {{ {kind}: {{ {settings}{(settings.Contains("group_wait") ? "" : ", group_wait: 0s")} }} }}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        OutputSetup setup = configuration.Options.Outputs[0];
        AlertOutput output = (AlertOutput)setup.Kind.Create(setup.Name, setup.Options, new OutputContext(TimeProvider.System, NullLoggerFactory.Instance, stateFolder) { Evidence = evidence });
        await output.StartAsync(default);
        return output;
    }

    /// <summary>So many records of the template.</summary>
    static Task SendAsync(AlertOutput output, ulong template, int records = 1) =>
        SendAsync(output, [.. Enumerable.Repeat(new Verdict { Severity = Severity.Critical, TemplateId = template }, records)]);

    static Task SendAsync(AlertOutput output, params Verdict[] verdicts) => SendAsync(output, [Batch(verdicts)]);

    internal static async Task SendAsync(AlertOutput output, ClassifiedBatch[] batches)
    {
        foreach (ClassifiedBatch batch in batches)
        {
            await output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), default);
        }
    }

    internal static ClassifiedBatch Batch(Verdict[] verdicts)
    {
        BatchBuilder builder = new() { BufferBytes = 256 * 1024 };
        foreach (Verdict verdict in verdicts)
        {
            builder.Add("disk failed", "db1", "kernel", verdict: verdict);
        }

        return builder.Build(new ClassifiedBatchPool(new Ledger()));
    }
}
