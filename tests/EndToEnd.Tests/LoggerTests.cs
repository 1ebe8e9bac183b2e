using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>util-linux's logger in all its forms, with the three lines of the README.</summary>
public sealed class LoggerTests
{
    static readonly string[] Lines =
        ["User logged in successfully.", "SQL injection attempt detected in API.", "Critical vulnerability found in package xyz."];

    [Theory]
    [InlineData("--udp", "--rfc3164")]
    [InlineData("--udp", "--rfc5424")]
    [InlineData("--tcp", "--rfc3164")]
    [InlineData("--tcp", "--rfc5424")]
    [InlineData("--tcp", "--rfc3164", "--octet-count")]
    [InlineData("--tcp", "--rfc5424", "--octet-count")]
    public async Task Send_TheThreeLines_TwoAreCritical(params string[] form)
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        string port = (form[0] == "--udp" ? collector.UdpPort : collector.TcpPort).ToString(System.Globalization.CultureInfo.InvariantCulture);
        using TemporaryFolder folder = new();
        foreach (string line in Lines)
        {
            await using RunningProgram logger = new(
                "logger", ["--server", "127.0.0.1", "--port", port, .. form, "--tag", "user-api", "--priority", "user.notice", line], folder.Path);
            Assert.Equal(0, await logger.ExitAsync());
        }

        await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"delivered\"}", value => value >= Lines.Length);
        Assert.Equal(2, await collector.MetricAsync("log_severity{level=\"CRITICAL\"}"));
        Assert.Equal(1, await collector.MetricAsync("log_severity{level=\"INFO\"}"));
        Assert.Equal(0, await collector.Program.StopAsync());

        List<JsonElement> records = [.. collector.Records().OrderBy(r => Array.IndexOf(Lines, r.GetProperty("body").GetString()))];
        Assert.Equal(Lines, records.Select(r => r.GetProperty("body").GetString()));
        Assert.Equal(["info", "critical", "critical"], records.Select(r => r.GetProperty("verdict").GetProperty("severity").GetString()));
        Assert.All(records, r => Assert.Equal("user-api", r.GetProperty("app").GetString()));
        Assert.All(records, r => Assert.Equal("model", r.GetProperty("verdict").GetProperty("source").GetString()));
        // The user was told of the two, and of nothing else.
        Assert.Equal(2, collector.Program.Output.Count);
        Assert.All(collector.Program.Output, line => Assert.Equal("critical", JsonDocument.Parse(line).RootElement.GetProperty("verdict").GetProperty("severity").GetString()));
    }
}
