namespace Receivers.Tests.Syslog;

public sealed class SyslogUdpTests
{
    /// <summary>N9: datagrams of 0, 1 and 65,507 bytes; an empty one is no record.</summary>
    [Fact]
    public async Task Datagram_AnyContent_IsOneRecord()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        fixture.SendUdp("<13>Nov  5 17:32:18 h a: one\nstill one\n\n", "", "x", "12 <13>counted", new string('y', 65_507));
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(4);
        Assert.Equal(["one\nstill one", "x", "counted", new string('y', 65_507)], records.Select(r => r.Body));
        Assert.Equal(ParseMarks.UnexpectedFraming, records[2].Marks & ParseMarks.UnexpectedFraming);
        Assert.All(records, r => Assert.Equal(("udp", "127.0.0.1"), (r.Transport, r.Peer.ToIPAddress().ToString())));
        Assert.NotEqual(0, records[0].Peer.Port);
        // Counted when they have been handed on.
        await fixture.Sink.WaitUntilAsync(() => fixture.Statistics("udp").Accepted == 4, () => $"{fixture.Statistics("udp").Accepted} accepted");
    }

    [Fact]
    public async Task Datagram_OverTheLimit_IsCut()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.FrameBytesMax = 480);
        fixture.SendUdp(new string('x', 481), new string('x', 480), new string('x', 479) + "\u00C3\u00A9");
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(3);
        Assert.Equal([480, 480, 479], records.Select(r => r.Original.Length));
        Assert.Equal([true, false, true], records.Select(r => (r.Marks & ParseMarks.Truncated) != 0));
    }

    [Fact]
    public async Task Datagrams_ALot_AreReceivedOrCountedAsDropped()
    {
        const int Count = 50_000;
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        fixture.SendUdp([.. Enumerable.Range(0, Count).Select(i => $"<13>Nov  5 17:32:18 h a: record {i}")]);
        ReceiverStatistics statistics = fixture.Statistics("udp");
        await fixture.Sink.WaitUntilAsync(() => statistics.Accepted + statistics.SocketDrops >= Count, () => $"{statistics.Accepted} + {statistics.SocketDrops}");
        Assert.Equal(Count, statistics.Accepted + statistics.SocketDrops);
        Assert.Equal(statistics.Accepted, fixture.Sink.Records.Select(r => r.Body).Distinct().Count());
    }

    [Fact]
    public async Task Datagram_SinkFull_IsDiscardedAndCounted()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        fixture.Sink.IsFull = true;
        fixture.SendUdp("<13>lost");
        await fixture.Sink.WaitUntilAsync(() => fixture.Sink.Discarded(DropReasons.QueueFull) == 1, () => "not discarded");
        Assert.Equal(1, fixture.Refused("udp", DropReasons.QueueFull));
        fixture.Sink.IsFull = false;
        fixture.SendUdp("<13>kept");
        Assert.Equal("kept", (await fixture.Sink.WaitForAsync(1))[0].Body);
    }

    [Fact]
    public async Task Stop_DatagramsInTheSocket_AreHandedOn()
    {
        SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.UdpSockets = 1);
        fixture.SendUdp([.. Enumerable.Range(0, 500).Select(i => $"<13>record {i}")]);
        await fixture.Receiver.StopAsync(CancellationToken.None);
        Assert.Equal(500, fixture.Sink.Records.Count);
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task Start_KernelCapsTheBuffer_SaysWhatToSet()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.UdpReceiveBufferBytes = 1 << 29);
        // As root SO_RCVBUFFORCE takes it; elsewhere the hint must be there.
        bool isCapped = fixture.Log.Lines.Any(l => l.Contains("net.core.rmem_max", StringComparison.Ordinal));
        Assert.True(isCapped || Environment.IsPrivilegedProcess);
    }
}
