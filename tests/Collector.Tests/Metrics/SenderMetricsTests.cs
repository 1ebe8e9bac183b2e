using System.Net;
using System.Text;
using Collector.Metrics;
using Microsoft.Extensions.Time.Testing;
using Prometheus;
using Receivers;

namespace Collector.Tests.Metrics;

public sealed class SenderMetricsTests
{
    readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    readonly SenderMetrics _metrics;

    public SenderMetricsTests() => _metrics = new SenderMetrics(Prometheus.Metrics.WithCustomRegistry(_registry), new FakeTimeProvider());

    /// <summary>N14: a flood of forged addresses makes a page of bounded size, and cannot push out who was there before.</summary>
    [Fact]
    public async Task Update_AMillionAddresses_KeepsThePageSmallAndTheFirstOnIt()
    {
        SenderState known = Sender(1);
        _metrics.Update("syslog", [known]);
        for (uint round = 1; round <= 10; round++)
        {
            // As many as the table may be told to remember, at most.
            uint first = round * 1_000_000;
            _metrics.Update("syslog", [.. Enumerable.Range(0, 100_000).Select(i => Sender(first + (uint)i)), known]);
            string page = await PageAsync();
            Assert.InRange(Encoding.UTF8.GetByteCount(page), 1, 400_000);
            Assert.Contains("sender=\"0.0.0.1\"", page, StringComparison.Ordinal);
            Assert.Contains("collector_receiver_senders{receiver=\"syslog\"} 100001\n", page, StringComparison.Ordinal);
            Assert.Equal(SenderMetrics.ShownMax, page.Split("collector_receiver_sender_last_seen_timestamp_seconds{").Length - 1);
        }
    }

    [Fact]
    public async Task Update_SenderForgotten_TakesItsSeriesAway()
    {
        _metrics.Update("syslog", [Sender(1), Sender(2)]);
        _metrics.Update("syslog", [Sender(2)]);
        string page = await PageAsync();
        Assert.DoesNotContain("sender=\"0.0.0.1\"", page, StringComparison.Ordinal);
        Assert.Contains("collector_receiver_sender_clock_skew_seconds{receiver=\"syslog\",sender=\"0.0.0.2\"} -7\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keep_ReceiverRemoved_TakesItsSeriesAway()
    {
        _metrics.Update("syslog", [Sender(1)]);
        _metrics.Keep([]);
        Assert.DoesNotContain("syslog", await PageAsync(), StringComparison.Ordinal);
    }

    static SenderState Sender(uint address) =>
        new(PeerAddress.From(new IPEndPoint(IPAddress.Parse($"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}"), 0)), 1, TimeSpan.FromSeconds(1), -7, IsSilent: false, IsLimited: false);

    async Task<string> PageAsync()
    {
        using MemoryStream page = new();
        await _registry.CollectAndExportAsTextAsync(page);
        return Encoding.UTF8.GetString(page.ToArray());
    }
}
