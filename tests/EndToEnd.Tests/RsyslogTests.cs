using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>Debian's rsyslogd forwards what it reads from a file.</summary>
public sealed class RsyslogTests
{
    const int Messages = 10_000;

    [Theory]
    [InlineData("octet-counted", "RSYSLOG_SyslogProtocol23Format")]
    [InlineData("octet-counted", "RSYSLOG_ForwardFormat")]
    [InlineData("traditional", "RSYSLOG_SyslogProtocol23Format")]
    [InlineData("traditional", "RSYSLOG_ForwardFormat")]
    public async Task Forward_OverTcp_EveryMessageArrivesOnceWithItsFields(string framing, string template)
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        await ForwardAsync(collector, $"protocol=\"tcp\" port=\"{collector.TcpPort}\" TCP_Framing=\"{framing}\" template=\"{template}\"", Messages);
        Assert.Equal(0, await collector.Program.StopAsync());

        List<JsonElement> records = collector.Records();
        Assert.Equal(Messages, records.Count);
        AssertFields(records, "tcp");
        Assert.Equal(Messages, records.Select(Number).Distinct().Count());
    }

    [Theory]
    [InlineData("RSYSLOG_SyslogProtocol23Format")]
    [InlineData("RSYSLOG_ForwardFormat")]
    public async Task Forward_OverUdp_EveryMessageArrivesOrIsCounted(string template)
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        await ForwardAsync(collector, $"protocol=\"udp\" port=\"{collector.UdpPort}\" template=\"{template}\"", Messages);
        double drops = await collector.MetricAsync("collector_receiver_socket_drops_total{receiver=\"syslog\"}");
        Assert.Equal(0, await collector.Program.StopAsync());

        List<JsonElement> records = collector.Records();
        Assert.Equal(Messages, records.Count + drops);
        AssertFields(records, "udp");
    }

    static async Task ForwardAsync(CollectorProcess collector, string target, int messages)
    {
        using TemporaryFolder folder = new();
        folder.Write("input.log", string.Concat(Enumerable.Range(0, messages).Select(i => $"request {i} took 12 ms from 10.0.0.{i % 250}\n")));
        string configuration = folder.Write("rsyslog.conf", $$"""
            global(workDirectory="{{folder.Path}}" localHostname="web1.example.org")
            module(load="imfile" mode="polling" pollingInterval="1")
            input(type="imfile" file="{{folder.File("input.log")}}" tag="checkout-api[812]:" facility="local3" severity="error")
            action(type="omfwd" target="127.0.0.1" {{target}})
            """);
        await using RunningProgram rsyslog = new("/usr/sbin/rsyslogd", ["-n", "-f", configuration, "-i", folder.File("pid")], folder.Path);
        await collector.WaitForMetricAsync(
            "collector_ledger_records_total{state=\"received\"}",
            value => value >= messages,
            TimeSpan.FromSeconds(60));
        await rsyslog.StopAsync();
    }

    static void AssertFields(List<JsonElement> records, string transport)
    {
        Assert.All(records, record =>
        {
            Assert.Equal("web1.example.org", record.GetProperty("host").GetString());
            Assert.Equal("checkout-api", record.GetProperty("app").GetString());
            Assert.Equal("812", record.GetProperty("procid").GetString());
            Assert.Equal("local3", record.GetProperty("facility").GetString());
            Assert.Equal("err", record.GetProperty("severity_text").GetString());
            Assert.Equal(17, record.GetProperty("severity_number").GetInt32());
            Assert.Equal(transport, record.GetProperty("transport").GetString());
            Assert.Equal("syslog", record.GetProperty("receiver").GetString());
            Assert.False(record.TryGetProperty("parse", out _), record.ToString());
            DateTimeOffset sent = DateTimeOffset.Parse(record.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture);
            Assert.True((TimeProvider.System.GetUtcNow() - sent).Duration() < TimeSpan.FromMinutes(5), sent.ToString("O"));
        });
    }

    static int Number(JsonElement record) => int.Parse(record.GetProperty("body").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture);
}
