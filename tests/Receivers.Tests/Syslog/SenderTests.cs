using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class SenderTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.1.2", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.1.2.3/8", "10.9.9.9", true)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    public void Networks_Contain_TheirAddresses(string network, string address, bool expected)
    {
        Assert.True(NetworkList.TryParse(network, out IPNetwork parsed));
        Assert.Equal(expected, new NetworkList([parsed]).Contains(PeerAddress.From(new IPEndPoint(IPAddress.Parse(address), 7))));
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/x")]
    [InlineData("host/8")]
    [InlineData("")]
    public void Networks_Nonsense_IsNotParsed(string text) => Assert.False(NetworkList.TryParse(text, out _));

    [Fact]
    public async Task Allow_OtherNetwork_IsRefusedOnBothTransports()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.Allow = [IPNetwork.Parse("192.0.2.0/24")]);
        using Socket socket = await fixture.ConnectAsync();
        await SyslogReceiverFixture.ReadToEndAsync(socket);
        fixture.SendUdp("<13>refused");
        await fixture.Sink.WaitUntilAsync(() => fixture.Refused("udp", RefusedReasons.NotAllowed) == 1, () => "UDP not refused");
        Assert.Equal(1, fixture.Refused("tcp", RefusedReasons.NotAllowed));
        Assert.Empty(fixture.Sink.Records);
    }

    [Fact]
    public async Task Zone_OfTheSender_IsUsed()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o =>
            o.Zones = [new ZoneOfNetwork(IPNetwork.Parse("127.0.0.0/8"), TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu"))]);
        fixture.SendUdp("<13>Jan  1 12:00:00 2020 h a: x");
        await fixture.SendTcpAsync("<13>Jan  1 12:00:00 2020 h a: x\n");
        Assert.All(await fixture.Sink.WaitForAsync(2), r => Assert.Equal("2020-01-01T06:15:00Z", Parsed.Format(r.Record.TimestampUnixNano)));
    }

    [Fact]
    public async Task RateLimit_Datagrams_AreDroppedCountedAndSaid()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.RateMax = 10, time);
        fixture.SendUdp([.. Enumerable.Range(0, 300).Select(i => $"<13>record {i}")]);
        await fixture.Sink.WaitUntilAsync(() => fixture.Sink.Discarded(DropReasons.RateLimited) == 290, () => $"{fixture.Sink.Discarded(DropReasons.RateLimited)}");
        Assert.Equal(10, fixture.Sink.Records.Count);
        Assert.Equal(290, fixture.Refused("udp", DropReasons.RateLimited));
        Assert.Single(fixture.Log.Lines, l => l.Contains("more than 10 records a second", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(fixture.Log.Lines, l => l.Contains("290 records were over it", StringComparison.Ordinal));
        fixture.SendUdp("<13>again");
        await fixture.Sink.WaitForAsync(11);
    }

    [Fact]
    public async Task RateLimit_Connection_IsSlowedDownAndLosesNothing()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(
            // Not to be closed as silent while the clock runs ahead of the connection.
            o => (o.RateMax, o.IdleTimeout, o.FrameTimeout) = (1000, TimeSpan.FromDays(1), TimeSpan.FromDays(1)), time);
        using Socket socket = await fixture.ConnectAsync();
        Task send = SyslogReceiverFixture.SendAsync(socket, string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<13>record {i} {new string('x', 200)}\n")));
        await fixture.Sink.WaitUntilAsync(() => fixture.Log.Lines.Any(l => l.Contains("read more slowly", StringComparison.Ordinal)), () => "not limited");
        Assert.True(fixture.Sink.Count < 20_000);
        while (fixture.Sink.Count < 20_000)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(send, Task.Delay(1));
            await Task.Yield();
        }

        await send;
        Assert.Equal(0, fixture.Refused("tcp", DropReasons.RateLimited));
    }

    [Fact]
    public async Task Silence_OfAKnownSender_IsReportedAndItsReturn()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.SilentAfter = TimeSpan.FromMinutes(5), time);
        fixture.SendUdp("<13>1 2000-01-01T00:01:40Z h a p m - x");
        await fixture.Sink.WaitForAsync(1);
        await fixture.Sink.WaitUntilAsync(() => fixture.Receiver.Senders.Count == 1, () => "no sender");
        SenderState state = fixture.Receiver.Senders[0];
        Assert.Equal(("127.0.0.1", 1, 100), (state.Peer.ToIPAddress().ToString(), state.Records, state.SkewSeconds));
        Assert.False(state.IsSilent);
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True(Assert.Single(fixture.Receiver.Senders).IsSilent);
        Assert.Single(fixture.Log.Lines, l => l.Contains("nothing from 127.0.0.1", StringComparison.Ordinal));
        fixture.SendUdp("<13>back");
        await fixture.Sink.WaitForAsync(2);
        await fixture.Sink.WaitUntilAsync(() => fixture.Receiver.Senders[0].Records == 2, () => "not booked");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(Assert.Single(fixture.Receiver.Senders).IsSilent);
        Assert.Single(fixture.Log.Lines, l => l.Contains("sends again", StringComparison.Ordinal));
    }

    [Fact]
    public void Table_MoreSendersThanItHolds_StaysBounded()
    {
        FakeTimeProvider time = new();
        using SyslogIntake intake = new(new SyslogOptions { SendersMax = 100 }, new GatheringSink(), time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        for (uint i = 0; i < 10_000; i++)
        {
            intake.Senders.Of(PeerAddress.From(new IPEndPoint(i, 1))).Touch(1, default, time.GetTimestamp());
            time.Advance(TimeSpan.FromMilliseconds(10));
            Assert.InRange(intake.Senders.States().Count, 1, 100);
        }
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 56324 514\r\n", "192.0.2.1:56324")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 56324 514\r\n", "[2001:db8::1]:56324")]
    [InlineData("PROXY UNKNOWN\r\n", "")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\x00\x02\x01\xC6\x33\x64\x01\xDC\x04\x02\x02", "192.0.2.1:56324")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10\xC0\x00\x02\x01\xC6\x33\x64\x01\xDC\x04\x02\x02\x04\0\x01x", "192.0.2.1:56324")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", "")]
    public async Task Proxy_Header_NamesTheSender(string header, string expected)
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.ProxyFrom = [IPNetwork.Parse("127.0.0.0/8")]);
        await fixture.SendTcpAsync(header + "<13>one\n<13>two\n");
        Gathered record = (await fixture.Sink.WaitForAsync(2))[0];
        Assert.Equal("one", record.Body);
        Assert.Equal(expected.Length > 0 ? expected : "127.0.0.1", expected.Length > 0 ? record.Peer.ToString() : record.Peer.ToIPAddress().ToString());
    }

    [Theory]
    [InlineData("<13>no header\n")]
    [InlineData("PROXY TCP4 host 198.51.100.1 56324 514\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 99999 514\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0C____________")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04____")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\x21\x11\xFF\xFF____")]
    public async Task Proxy_BadHeader_IsRefused(string header)
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.ProxyFrom = [IPNetwork.Parse("127.0.0.0/8")]);
        await fixture.SendTcpAsync(header);
        Assert.Equal(1, fixture.Refused("tcp", RefusedReasons.ProxyHeaderInvalid));
        Assert.Empty(fixture.Sink.Records);
    }

    [Fact]
    public async Task Proxy_FromElsewhere_IsText()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.ProxyFrom = [IPNetwork.Parse("192.0.2.0/24")]);
        await fixture.SendTcpAsync("PROXY TCP4 192.0.2.1 198.51.100.1 56324 514\r\n<13>one\n");
        Gathered record = (await fixture.Sink.WaitForAsync(2))[0];
        Assert.Equal("127.0.0.1", record.Peer.ToIPAddress().ToString());
    }

    [Fact]
    public async Task UnixSockets_LocalPrograms_AreHeard()
    {
        string folder = Directory.CreateTempSubdirectory("syslog-unix-").FullName;
        string stream = Path.Combine(folder, "stream"), datagram = Path.Combine(folder, "log");
        await using (SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => (o.UnixStream, o.UnixDatagram) = (stream, datagram)))
        {
            using Socket one = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            one.SendTo(Encoding.ASCII.GetBytes("<13>Nov  5 17:32:18 app[7]: datagram"), new UnixDomainSocketEndPoint(datagram));
            using Socket two = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await two.ConnectAsync(new UnixDomainSocketEndPoint(stream));
            await SyslogReceiverFixture.SendAsync(two, "<13>Nov  5 17:32:18 app[7]: stream\n");
            IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(2);
            Assert.Equal(["unix_datagram", "unix_stream"], records.Select(r => r.Transport).Order(StringComparer.Ordinal));
            Assert.All(records, r => Assert.Equal(("app", false), (r.App, r.Peer.IsKnown)));

            // In use by a living process: refused, and the socket stays.
            await Assert.ThrowsAsync<ReceiverStartException>(() => SyslogReceiverFixture.StartAsync(o => o.UnixDatagram = datagram));
            Assert.True(File.Exists(datagram));
        }

        Assert.False(File.Exists(datagram));

        // Left behind by a dead one: taken over. A file: never touched.
        using (Socket dead = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(datagram));
        }

        await File.WriteAllTextAsync(stream, "precious");
        await using (await SyslogReceiverFixture.StartAsync(o => o.UnixDatagram = datagram))
        {
            Assert.True(File.Exists(datagram));
        }

        await Assert.ThrowsAsync<ReceiverStartException>(() => SyslogReceiverFixture.StartAsync(o => o.UnixStream = stream));
        Assert.Equal("precious", await File.ReadAllTextAsync(stream));
        Directory.Delete(folder, recursive: true);
    }
}
