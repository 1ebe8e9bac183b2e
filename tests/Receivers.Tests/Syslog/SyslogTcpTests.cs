using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class SyslogTcpTests
{
    [Fact]
    public async Task Connection_EveryFraming_GivesRecords()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        await fixture.SendTcpAsync("<13>Nov  5 17:32:18 h a: one\n41 <13>1 2026-01-02T03:04:05Z h a - - - two\n<14>three\r\n<15>four\0<16>unfinished");
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(5);
        Assert.Equal(["one", "two", "three", "four", "unfinished"], records.Select(r => r.Body));
        Assert.Equal(ParseMarks.Incomplete, records[4].Marks & ParseMarks.Incomplete);
        Assert.All(records, r => Assert.Equal(("tcp", "127.0.0.1"), (r.Transport, r.Peer.ToIPAddress().ToString())));
        await fixture.Receiver.StopAsync(CancellationToken.None);
        ReceiverStatistics statistics = fixture.Statistics("tcp");
        Assert.Equal((5, 0), (statistics.Accepted, statistics.Connections));
        Assert.Equal(1, statistics.Marked(System.Numerics.BitOperations.TrailingZeroCount((uint)ParseMarks.Incomplete)));
    }

    [Fact]
    public async Task Connection_OneByteWrites_GiveWholeRecords()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        foreach (char c in "<13>one\n7 <13>two<14>three\n")
        {
            await SyslogReceiverFixture.SendAsync(socket, c.ToString());
            await Task.Yield();
        }

        Assert.Equal(["one", "two", "three"], (await fixture.Sink.WaitForAsync(3)).Select(r => r.Body));
    }

    [Fact]
    public async Task Connection_LoneRecord_IsNotHeldBack()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await SyslogReceiverFixture.SendAsync(socket, $"<13>record {i}\n<13>begun");
            Assert.Equal($"record {i}", (await fixture.Sink.WaitForAsync((2 * i) + 1))[2 * i].Body);
            await SyslogReceiverFixture.SendAsync(socket, "\n");
            Assert.Equal("begun", (await fixture.Sink.WaitForAsync((2 * i) + 2))[(2 * i) + 1].Body);
        }
    }

    [Fact]
    public async Task Connection_EveryBatch_IsInTheLaneOfItsConnection()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket first = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(first, "<13>one\n");
        await fixture.Sink.WaitForAsync(1);
        await SyslogReceiverFixture.SendAsync(first, "<13>two\n");
        await fixture.Sink.WaitForAsync(2);
        await fixture.SendTcpAsync("<13>three\n");
        RecordLane?[] lanes = [.. (await fixture.Sink.WaitForAsync(3)).Select(r => r.Lane)];
        Assert.NotNull(lanes[0]);
        Assert.Same(lanes[0], lanes[1]);
        Assert.NotSame(lanes[0], lanes[2]);
    }

    [Fact]
    public async Task Connection_ALot_ArrivesOnceAndInOrder()
    {
        const int Count = 200_000;
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        StringBuilder text = new();
        for (int i = 0; i < Count; i++)
        {
            string line = $"<13>Nov  5 17:32:18 h a: record {i} {new string('x', i % 300)}";
            text.Append(i % 3 == 0 ? $"{line.Length} {line}" : line + "\n");
        }

        await fixture.SendTcpAsync(text.ToString());
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(Count);
        Assert.Equal(Count, records.Count);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal($"record {i} {new string('x', i % 300)}", records[i].Body);
        }

        Assert.True(fixture.Sink.LargestBatch > 100, $"largest batch {fixture.Sink.LargestBatch}");
    }

    [Fact]
    public async Task Connection_TinyLines_DoNotGrowABatchWithoutBound()
    {
        const int Count = 300_000;
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        await fixture.SendTcpAsync(string.Concat(Enumerable.Repeat("x\n", Count)));
        await fixture.Sink.WaitForAsync(Count);
        Assert.InRange(fixture.Sink.LargestBatch, 1, RecordBatchPool.LargeBytes / 64);
    }

    /// <summary>P2: longer than the limit, by delimiter and by count.</summary>
    [Theory]
    [InlineData(60_000)]
    [InlineData(65_536)]
    [InlineData(300_000)]
    public async Task Connection_LongFrames_AreKeptOrCutAndInStep(int length)
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        string frame = "<13>" + new string('x', length - 4);
        await fixture.SendTcpAsync($"{frame}\n<14>next\n{frame.Length} {frame}<14>last\n");
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(4);
        int kept = Math.Min(length, 65_536);
        Assert.Equal([kept, 8, kept, 8], records.Select(r => r.Original.Length));
        Assert.All([records[0], records[2]], r => Assert.Equal(length > kept, (r.Marks & ParseMarks.Truncated) != 0));
    }

    [Fact]
    public async Task Connection_SinkFull_StopsReadingAndLosesNothing()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        fixture.Sink.Shut();
        using Socket socket = await fixture.ConnectAsync();
        byte[] chunk = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat($"<13>{new string('x', 195)}\n", 5000)));
        long sent = 0;
        using (CancellationTokenSource blocked = new(TimeSpan.FromSeconds(2)))
        {
            // Without back-pressure 200 MB would go through.
            try
            {
                for (int i = 0; i < 200; i++)
                {
                    int written = 0;
                    while (written < chunk.Length)
                    {
                        int now = await socket.SendAsync(chunk.AsMemory(written), blocked.Token);
                        written += now;
                        sent += now;
                    }
                }

                Assert.Fail("the sender was never slowed down");
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }
        }

        fixture.Sink.Open();
        socket.Shutdown(SocketShutdown.Send);
        int whole = (int)(sent / 200);
        await fixture.Sink.WaitForAsync(whole);
    }

    [Theory]
    [InlineData("\x16\x03\x01\x02\x00", RefusedReasons.TlsOnPlainPort)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", RefusedReasons.HttpOnPlainPort)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", RefusedReasons.HttpOnPlainPort)]
    public async Task Connection_WrongProtocol_IsNamedCountedAndClosed(string first, string reason)
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(socket, first);
        Assert.Empty(await SyslogReceiverFixture.ReadToEndAsync(socket));
        Assert.Equal(1, fixture.Refused("tcp", reason));
        Assert.Empty(fixture.Sink.Records);
        Assert.Contains(fixture.Log.Lines, l => l.Contains("to the plain TCP port", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connection_TextThatStartsLikeARequest_IsText()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        await fixture.SendTcpAsync("GET /index failed\nPOST office\n");
        Assert.Equal(["GET /index failed", "POST office"], (await fixture.Sink.WaitForAsync(2)).Select(r => r.Body));
    }

    /// <summary>N1: the cap on connections.</summary>
    [Fact]
    public async Task Accept_OverTheCaps_RefusesAndCounts()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.ConnectionsPerAddressMax = 2);
        using Socket one = await fixture.ConnectAsync();
        using Socket two = await fixture.ConnectAsync();
        using Socket three = await fixture.ConnectAsync();
        await SyslogReceiverFixture.ReadToEndAsync(three);
        Assert.Equal(1, fixture.Refused("tcp", RefusedReasons.AddressLimit));
        await SyslogReceiverFixture.SendAsync(one, "<13>still served\n");
        await fixture.Sink.WaitForAsync(1);
        // Counted when they are served, which may be after they were accepted.
        await fixture.Sink.WaitUntilAsync(() => fixture.Statistics("tcp").Connections == 2, () => "not both are counted");
        one.Dispose();
        await fixture.Sink.WaitUntilAsync(() => fixture.Statistics("tcp").Connections == 1, () => "one has not left");
        using Socket four = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(four, "<13>room again\n");
        await fixture.Sink.WaitForAsync(2);
    }

    /// <summary>N2: half a message and then nothing, and nothing at all.</summary>
    [Fact]
    public async Task Connection_SilentOrUnfinished_IsClosedAfterItsTime()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(
            o => (o.IdleTimeout, o.FrameTimeout) = (TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30)), time);
        using Socket silent = await fixture.ConnectAsync();
        using Socket slow = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(slow, "<13>whole\n<13>half");
        await fixture.Sink.WaitForAsync(1);
        Task<byte[]> slowEnd = SyslogReceiverFixture.ReadToEndAsync(slow);
        while (!slowEnd.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.WhenAny(slowEnd, Task.Delay(10));
        }

        await fixture.Sink.WaitForAsync(2);
        Assert.Equal(ParseMarks.Incomplete, fixture.Sink.Records[1].Marks & ParseMarks.Incomplete);
        Assert.Equal(1, fixture.Refused("tcp", RefusedReasons.FrameTimeout));
        Task<byte[]> silentEnd = SyslogReceiverFixture.ReadToEndAsync(silent);
        while (!silentEnd.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            await Task.WhenAny(silentEnd, Task.Delay(10));
        }

        Assert.Equal(1, fixture.Refused("tcp", RefusedReasons.IdleTimeout));
    }

    [Fact]
    public async Task Stop_DataInTheSocket_IsHandedOnFirst()
    {
        SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(socket, "<13>first\n");
        await fixture.Sink.WaitForAsync(1);
        await SyslogReceiverFixture.SendAsync(socket, string.Concat(Enumerable.Repeat("<13>more\n", 1000)) + "<13>half");
        await fixture.Receiver.StopAsync(CancellationToken.None);
        Assert.Equal(1002, fixture.Sink.Records.Count);
        await fixture.Receiver.StopAsync(CancellationToken.None);
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task Stop_SinkFullAtTheDeadline_DiscardsAndCounts()
    {
        SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        fixture.Sink.Shut();
        await fixture.SendTcpUnreadAsync("<13>one\n<13>two\n");
        await fixture.Sink.WaitUntilAsync(() => fixture.Statistics("tcp").Bytes == 16, () => "not read");
        using CancellationTokenSource deadline = new();
        Task stop = fixture.Receiver.StopAsync(deadline.Token);
        await deadline.CancelAsync();
        await stop;
        Assert.Equal(2, fixture.Sink.Discarded(DropReasons.Shutdown));
        await fixture.DisposeAsync();
    }

    /// <summary>N10: the port is taken.</summary>
    [Fact]
    public async Task Start_PortBusy_SaysSoInOneLine()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        foreach (bool isTcp in new[] { true, false })
        {
            IPEndPoint taken = isTcp ? fixture.Tcp : fixture.Udp;
            ReceiverStartException error = await Assert.ThrowsAsync<ReceiverStartException>(() => SyslogReceiverFixture.StartAsync(o =>
            {
                o.Tcp = isTcp ? taken : null;
                o.Udp = isTcp ? null : taken;
            }));
            Assert.Contains(taken.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains("in use", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    /// <summary>N10: the address is another's.</summary>
    [Fact]
    public async Task Start_AddressOfAnotherHost_SaysSoInOneLine()
    {
        ReceiverStartException error = await Assert.ThrowsAsync<ReceiverStartException>(() =>
            SyslogReceiverFixture.StartAsync(o => o.Tcp = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5514)));
        Assert.Contains("no such address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_Unparsed_IsLoggedOnceAMinute()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(time: time);
        await fixture.SendTcpAsync("plain \x1b[31mone\nplain two\n");
        await fixture.Sink.WaitForAsync(2);
        string line = Assert.Single(fixture.Log.Lines, l => l.Contains("not readable", StringComparison.Ordinal));
        Assert.Contains("plain \\x1b[31mone", line, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(2));
        await fixture.SendTcpAsync("plain three\n");
        await fixture.Sink.WaitForAsync(3);
        Assert.Equal(2, fixture.Log.Lines.Count(l => l.Contains("not readable", StringComparison.Ordinal)));
    }
}
