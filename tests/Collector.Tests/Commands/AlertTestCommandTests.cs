using Collector.Tests.Shared;

namespace Collector.Tests.Commands;

public sealed class AlertTestCommandTests
{
    [Fact]
    public async Task AlertTest_EveryChannel_PrintsTheAnswers()
    {
        using ScriptedServer slack = new("200|ok");
        using ScriptedServer hook = new("403|no\u001b[2J /secret-path?x=1");
        using TemporaryFolder folder = new();
        string file = folder.Write(
            "c.yaml", $"outputs: {{ stdout: {{}}, slack: {{ webhook: '{slack.Address}' }}, mine: {{ type: webhook, url: '{hook.Address}/secret-path?x=1' }} }}\n");
        Invocation result = await Invocation.OfAsync("alert-test", "-c", file);
        Assert.Equal((1, "slack: taken: 200 ok\nmine: not taken: http_403: 403 no\\x1b[2J /***\n", ""), (result.Code, result.Output, result.Error));
        Assert.Contains("TEST of this channel", (await slack.NextAsync()).Text, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"test\"", (await hook.NextAsync()).Text, StringComparison.Ordinal);

        result = await Invocation.OfAsync("alert-test", "slack", "-c", file);
        Assert.Equal((0, "slack: taken: 200 ok\n"), (result.Code, result.Output));
    }

    [Theory]
    [InlineData("202|{}", 0, "pagerduty: taken: 202 {}; resolved: 202 {}\n")]
    [InlineData("400|no", 1, "pagerduty: not taken: http_400: the test incident stays open: 400 no\n")]
    public async Task AlertTest_PagerDuty_ResolvesTheIncidentItOpened(string answer, int code, string output)
    {
        using ScriptedServer server = new("202|{}", answer);
        using TemporaryFolder folder = new();
        Invocation result = await Invocation.OfAsync("alert-test", "-c", folder.Write("c.yaml", $"outputs: {{ pagerduty: {{ routing_key: r, url: '{server.Address}' }} }}\n"));
        Assert.Equal((code, output), (result.Code, result.Output));
        Assert.Contains("\"event_action\":\"trigger\",\"dedup_key\":\"collector-test\"", (await server.NextAsync()).Text, StringComparison.Ordinal);
        Assert.Contains("\"event_action\":\"resolve\",\"dedup_key\":\"collector-test\"", (await server.NextAsync()).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("outputs: { stdout: {} }\n", "no alert channel is configured; under outputs there is none\n")]
    [InlineData("outputs: { slack: { webhook: 'http://127.0.0.1:9/' } }\n", "'stdout' is no alert channel; under outputs there are slack\n")]
    public async Task AlertTest_NoSuchChannel_SaysWhichThereAre(string configuration, string expected)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("c.yaml", configuration);
        string[] arguments = configuration.Contains("slack", StringComparison.Ordinal) ? ["alert-test", "stdout", "-c", file] : ["alert-test", "-c", file];
        Invocation result = await Invocation.OfAsync(arguments);
        Assert.Equal((2, "", expected), (result.Code, result.Output, result.Error));
    }
}
