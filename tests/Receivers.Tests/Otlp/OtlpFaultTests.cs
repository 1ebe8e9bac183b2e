using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Tests.Shared;

namespace Receivers.Tests.Otlp;

/// <summary>Clients that want to do harm: floods of HTTP/2 frames (N12) and slow trickles (N2). Others are served meanwhile.</summary>
public sealed class OtlpFaultTests
{
    static readonly TimeSpan Soon = Patience.Long;

    /// <summary>N12, CVE-2023-44487.</summary>
    [Fact]
    public async Task Http2_RapidReset_IsClosedAndOthersAreServed()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using Http2Attacker attacker = await Http2Attacker.ConnectAsync(server.Address("grpc"));
        int stream = 1;
        bool isOpen = true;
        for (; isOpen && stream < 200_000; stream += 200)
        {
            byte[] burst = [.. Enumerable.Range(0, 100).SelectMany(i => Http2Attacker.Frame(
                Http2Attacker.Headers, Http2Attacker.EndHeaders, stream + (2 * i), Http2Attacker.PostLogs)
                .Concat(Http2Attacker.Frame(Http2Attacker.ResetStream, 0, stream + (2 * i), [0, 0, 0, 8])))];
            isOpen = await attacker.SendAsync(burst) && !attacker.IsClosed;
        }

        await attacker.ClosedAsync(Soon);
        Assert.True(stream < 200_000, $"{stream / 2} streams were opened and reset");
        await AssertServedAsync(server);
    }

    /// <summary>N12: header blocks that never end, or that hold more than anybody needs.</summary>
    [Theory]
    [InlineData("continuation without end")]
    [InlineData("1,000 small headers")]
    [InlineData("one long header")]
    public async Task Http2_TooManyHeaders_IsClosed(string kind)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using Http2Attacker attacker = await Http2Attacker.ConnectAsync(server.Address("grpc"));
        byte[] small = [.. Enumerable.Range(0, 1_000).SelectMany(Http2Attacker.SmallHeader)];
        if (kind == "continuation without end")
        {
            await attacker.SendAsync(Http2Attacker.Frame(Http2Attacker.Headers, 0, 1, Http2Attacker.PostLogs));
            // 100 MB if nobody stops it.
            for (int i = 0; i < 10_000 && await attacker.SendAsync(Http2Attacker.Frame(Http2Attacker.Continuation, 0, 1, small)); i++)
            {
            }
        }
        else
        {
            byte[] more = kind == "one long header" ? [0x00, 1, (byte)'x', 0x7F, 0x81, 0x7F, .. new byte[16_384].Select(_ => (byte)'v')] : small;
            await attacker.SendAsync(Http2Attacker.Frame(
                Http2Attacker.Headers, Http2Attacker.EndHeaders | Http2Attacker.EndStream, 1, [.. Http2Attacker.PostLogs, .. more]));
        }

        await attacker.ClosedAsync(Soon);
        await AssertServedAsync(server);
    }

    /// <summary>N12: frames that ask for an answer each. Nothing closes a connection that reads its answers; it may not starve the others.</summary>
    [Theory]
    [InlineData(Http2Attacker.Ping, 8)]
    [InlineData(Http2Attacker.Settings, 0)]
    public async Task Http2_FloodOfControlFrames_LeavesOthersServed(byte type, int bytes)
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        using Http2Attacker attacker = await Http2Attacker.ConnectAsync(server.Address("grpc"));
        byte[] burst = [.. Enumerable.Repeat(Http2Attacker.Frame(type, 0, 0, new byte[bytes]), 1_000).SelectMany(frame => frame)];
        using CancellationTokenSource stop = new();
        Task flood = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested && await attacker.SendAsync(burst))
            {
            }
        });
        for (int i = 0; i < 20; i++)
        {
            await AssertServedAsync(server);
        }

        await stop.CancelAsync();
        attacker.Dispose();
        await flood;
    }

    /// <summary>N2 and N12 side by side, since each takes the seconds that its limit gives.</summary>
    [Fact]
    public async Task Trickles_OfEveryKind_AreClosedByTheStatedTimeout()
    {
        await using OtlpServer server = await OtlpServer.StartAsync();
        byte[] head = Encoding.ASCII.GetBytes("POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100000\r\n\r\n");
        byte[] openStream = Http2Attacker.Frame(Http2Attacker.Headers, Http2Attacker.EndHeaders, 1, Http2Attacker.PostLogs);
        // INITIAL_WINDOW_SIZE 0: the server may not send the body of its answer.
        byte[] noWindow = [0, 4, 0, 0, 0, 0];
        byte[] badRequest = [.. openStream, .. Http2Attacker.Frame(Http2Attacker.Data, Http2Attacker.EndStream, 1, [0x0A, 0x05, 0x12])];
        Task[] trickles =
        [
            TrickleAsync(server.Address("http"), "head", "POST /v1/logs HTTP/1.1\r\nHost: a\r\n"u8.ToArray(), "x"u8.ToArray()),
            TrickleAsync(server.Address("http"), "body", head, "x"u8.ToArray()),
            TrickleAsync(server.Address("grpc"), "preface", "PRI * HT"u8.ToArray(), []),
            TrickleAsync(server.Address("grpc"), "silence", [], []),
            TrickleAsync(server.Address("http"), "silence", [], []),
            TrickleHttp2Async(server.Address("grpc"), "http2 body", [], openStream, Http2Attacker.Frame(Http2Attacker.Data, 0, 1, [0])),
            TrickleHttp2Async(server.Address("grpc"), "no window", noWindow, badRequest, []),
        ];
        await AssertServedAsync(server);
        await Task.WhenAll(trickles);
        await AssertServedAsync(server);
    }

    static async Task TrickleAsync(Uri address, string what, byte[] start, byte[] drop)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await socket.SendAsync(start);
        byte[] buffer = new byte[4096];
        Task closed = Task.Run(async () =>
        {
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                {
                }
            }
            catch (SocketException)
            {
                // Reset: closed as well.
            }
        });
        await DripAsync(closed, what, async () => drop.Length == 0 || await socket.SendAsync(drop) > 0);
    }

    static async Task TrickleHttp2Async(Uri address, string what, byte[] settings, byte[] start, byte[] drop)
    {
        using Http2Attacker attacker = await Http2Attacker.ConnectAsync(address, settings);
        await attacker.SendAsync(start);
        await DripAsync(attacker.ClosedAsync(Soon * 2), what, () => attacker.SendAsync(drop));
    }

    /// <summary>A drop a second until the server has had enough.</summary>
    static async Task DripAsync(Task closed, string what, Func<Task<bool>> drop)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        long started = Stopwatch.GetTimestamp();
        while (!closed.IsCompleted)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Soon, $"{what}: still open after {Soon.TotalSeconds} s");
            await timer.WaitForNextTickAsync();
            try
            {
                await drop();
            }
            catch (SocketException)
            {
                // Closed.
            }
        }
    }

    static async Task AssertServedAsync(OtlpServer server)
    {
        int before = server.Sink.RecordCount;
        using HttpResponseMessage response = await server.Http().PostAsync("/v1/logs", OtlpServer.Content(OtlpSamples.Typical(1).ToByteArray(), "application/x-protobuf"))
            .WaitAsync(Patience.Long);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await server.Grpc().ExportAsync(OtlpSamples.Typical(1), deadline: DateTime.MaxValue);
        Assert.Equal(before + 2, server.Sink.RecordCount);
    }
}
