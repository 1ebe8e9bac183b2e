using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Receivers.Syslog;
using Receivers.Tests.Tls;
using Tests.Shared;

namespace Receivers.Tests.Syslog;

/// <summary>Peers that are slow, gone or greedy, as far as a clock of the test's own or many addresses are needed.</summary>
public sealed class NetworkFaultTests
{
    /// <summary>N2: a byte every ten seconds is never silent for long, and is closed all the same, in a count, a message, and a TLS hello; others are served.</summary>
    [Theory]
    [InlineData("tcp ", "12345678 <13>and so on", RefusedReasons.FrameTimeout)]
    [InlineData("tcp ", "<13>a message that never comes to its end", RefusedReasons.FrameTimeout)]
    [InlineData("relp ", "1 syslog 20 <13>a message that", RefusedReasons.FrameTimeout)]
    [InlineData("tls ", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03________________", RefusedReasons.HandshakeTimeout)]
    public async Task Connection_OneByteEveryTenSeconds_IsClosedInTime(string listener, string text, string reason)
    {
        using TestCertificates certificates = new();
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(
            o => (o.Relp, o.Tls, o.TlsListen, o.FrameTimeout) =
                (new IPEndPoint(IPAddress.Loopback, 0), certificates.Options(), new IPEndPoint(IPAddress.Loopback, 0), TimeSpan.FromSeconds(60)), time);
        using Socket slow = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await slow.ConnectAsync(fixture.EndPoint(listener));
        Task<byte[]> end = SyslogReceiverFixture.ReadToEndAsync(slow);
        ReceiverStatistics statistics = fixture.Statistics(listener.Trim());
        await fixture.Sink.WaitUntilAsync(() => statistics.Connections == 1, () => "not served");
        // A byte that is read only after the clock has moved on begins its frame later; those of a TLS hello are not counted before it is whole.
        bool isCounted = reason == RefusedReasons.FrameTimeout;
        const int BytesMax = 15;
        for (int bytes = 0; !end.IsCompleted && bytes < BytesMax; bytes++)
        {
            try
            {
                await slow.SendAsync(Encoding.Latin1.GetBytes(text, bytes, 1));
            }
            catch (SocketException)
            {
                break;
            }

            await fixture.Sink.WaitUntilAsync(() => !isCounted || end.IsCompleted || statistics.Bytes > bytes, () => $"byte {bytes} not read");
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(end, Task.Delay(20));
        }

        // The clock stands still from here on.
        await end;
        Assert.Equal(1, statistics.Refused.Single(r => r.Key == reason).Value);
        await fixture.SendTcpAsync("<13>still served\n");
        await fixture.Sink.WaitUntilAsync(() => fixture.Sink.Records.Any(r => r.Body == "still served"), () => "not served");
    }

    /// <summary>N3: a thousand peers that are gone without a word are reaped and counted.</summary>
    [Fact]
    public async Task Connections_AThousandHalfOpen_AreReapedAndCounted()
    {
        const int Count = 1_000;
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.IdleTimeout = TimeSpan.FromMinutes(10), time);
        List<Socket> peers = [];
        for (int i = 0; i < Count; i++)
        {
            peers.Add(await fixture.ConnectAsync());
        }

        await fixture.Sink.WaitUntilAsync(() => fixture.Statistics("tcp").Connections == Count, () => $"{fixture.Statistics("tcp").Connections} connections");
        await fixture.Sink.WaitUntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return fixture.Statistics("tcp").Connections == 0;
            },
            () => $"{fixture.Statistics("tcp").Connections} connections left");
        Assert.Equal(Count, fixture.Refused("tcp", RefusedReasons.IdleTimeout));
        peers.ForEach(p => p.Dispose());
    }

    /// <summary>N3: the kernel asks after silent peers, so that those behind a dead network are found long before the idle time.</summary>
    [Fact]
    public async Task Connection_Accepted_HasKeepAlive()
    {
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using Socket socket = await fixture.ConnectAsync();
        await SyslogReceiverFixture.SendAsync(socket, "<13>x\n");
        await fixture.Sink.WaitForAsync(1);
        // /proc/net/tcp: the timer column of our side's connection is 02 (keep-alive) with the receiver's port as the local one.
        string local = $":{fixture.Tcp.Port:X4} ";
        await fixture.Sink.WaitUntilAsync(
            () => File.ReadLines("/proc/net/tcp").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(f => (f[1] + " ").EndsWith(local, StringComparison.Ordinal) && f[3] == "01" && f[5].StartsWith("02:", StringComparison.Ordinal)),
            () => "no keep-alive timer");
    }

    /// <summary>N8: one of fifty senders floods; the others lose less than one in a hundred.</summary>
    [Fact]
    public async Task Datagrams_OneNoisySenderAmongFifty_CostsTheOthersNothing()
    {
        // In turns, since a flood beside would measure what the machine can take: what the kernel drops for want of time is not the receiver's choice.
        const int Quiet = 49, Each = 100, Burst = 200;
        // All within one second of this clock.
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync(o => o.RateMax = 1_000, new FakeTimeProvider());
        using Socket noisy = From(200);
        List<Socket> quiet = [.. Enumerable.Range(1, Quiet).Select(From)];
        for (int i = 0; i < Each; i++)
        {
            for (int noise = 0; noise < Burst; noise++)
            {
                noisy.SendTo("<13>noise"u8, fixture.Udp);
            }

            quiet.ForEach(s => s.SendTo("<13>quiet"u8, fixture.Udp));
            await fixture.Sink.WaitUntilAsync(() => Read() >= (i + 1) * (Burst + Quiet), () => $"{Read()} read after {i + 1} rounds");
        }

        Assert.InRange(fixture.Sink.Records.Count(r => r.Body == "quiet"), Quiet * Each * 99 / 100, Quiet * Each);
        Assert.True(fixture.Refused("udp", DropReasons.RateLimited) > 0);
        quiet.ForEach(s => s.Dispose());

        long Read() => fixture.Statistics("udp").Accepted + fixture.Statistics("udp").SocketDrops + fixture.Refused("udp", DropReasons.RateLimited);
        static Socket From(int host)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.8.{host}"), 0));
            return socket;
        }
    }

    /// <summary>Fairness among connections: one that pours does not starve fifty that send a line now and then.</summary>
    [Fact]
    public async Task Connections_OneFirehoseAmongFifty_StarvesNobody()
    {
        const int Quiet = 50;
        await using SyslogReceiverFixture fixture = await SyslogReceiverFixture.StartAsync();
        using CancellationTokenSource end = new();
        byte[] water = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"<13>{new string('w', 500)}\n", 100)));
        Task pour = Task.Run(async () =>
        {
            using Socket firehose = await fixture.ConnectAsync();
            while (!end.IsCancellationRequested && fixture.Sink.Count < 1_000_000)
            {
                await firehose.SendAsync(water);
            }
        });
        List<Socket> quiet = [];
        for (int i = 0; i < Quiet; i++)
        {
            quiet.Add(await fixture.ConnectAsync());
        }

        for (int round = 1; round <= 3; round++)
        {
            foreach (Socket socket in quiet)
            {
                await SyslogReceiverFixture.SendAsync(socket, "<14>quiet\n");
            }

            int expected = Quiet * round;
            await fixture.Sink.WaitUntilAsync(() => fixture.Sink.Records.Count(r => r.Body == "quiet") == expected, () => $"round {round}");
        }

        await end.CancelAsync();
        await pour;
        quiet.ForEach(s => s.Dispose());
    }

    /// <summary>N10: a port without the right, IPv6 switched off: each has its own line with its own advice.</summary>
    [Theory]
    [InlineData("0.0.0.0:514", SocketError.AccessDenied, "CAP_NET_BIND_SERVICE")]
    [InlineData("0.0.0.0:5514", SocketError.AccessDenied, "SELinux")]
    [InlineData("[::]:5514", SocketError.AddressFamilyNotSupported, "0.0.0.0:5514")]
    [InlineData("[::1]:5514", SocketError.AddressNotAvailable, "0.0.0.0:5514")]
    public void Start_PortRefusedByTheSystem_SaysWhatToDo(string address, SocketError error, string advice)
    {
        string message = BindFailure.Explain("tcp", IPEndPoint.Parse(address), new SocketException((int)error)).Message;
        Assert.Contains(advice, message, StringComparison.Ordinal);
        Assert.Contains(address, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
