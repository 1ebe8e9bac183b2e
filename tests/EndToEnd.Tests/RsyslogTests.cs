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
        await RsyslogForwarder.ForwardAsync(
            collector, $"""action(type="omfwd" target="127.0.0.1" protocol="tcp" port="{collector.TcpPort}" TCP_Framing="{framing}" template="{template}")""", Messages);
        Assert.Equal(0, await collector.Program.StopAsync());
        RsyslogForwarder.AssertEachOnce(collector.Records(), Messages, "tcp");
    }

    [Theory]
    [InlineData("RSYSLOG_SyslogProtocol23Format")]
    [InlineData("RSYSLOG_ForwardFormat")]
    public async Task Forward_OverUdp_EveryMessageArrivesOrIsCounted(string template)
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        await RsyslogForwarder.ForwardAsync(
            collector, $"""action(type="omfwd" target="127.0.0.1" protocol="udp" port="{collector.UdpPort}" template="{template}")""", Messages);
        double drops = await collector.MetricAsync("collector_receiver_socket_drops_total{receiver=\"syslog\"}");
        Assert.Equal(0, await collector.Program.StopAsync());

        List<JsonElement> records = collector.Records();
        Assert.Equal(Messages, records.Count + drops);
        RsyslogForwarder.AssertFields(records, "udp");
    }
}
