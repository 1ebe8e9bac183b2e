using System.Net;
using System.Net.Sockets;
using System.Text;
using Receivers.Syslog;
using Tests.Shared;

namespace Receivers.Tests.Syslog;

public sealed class RelpTests
{
    [Fact]
    public async Task Session_OpenSyslogClose_IsAnsweredInOrder()
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        using Socket socket = await ConnectAsync(fixture);
        await SyslogReceiverFixture.SendAsync(socket, Frame(1, "open", "relp_version=0\nrelp_software=test\ncommands=syslog")
            + Frame(2, "syslog", "<13>Nov  5 17:32:18 h a: one\nstill one") + Frame(3, "syslog", "<13>Nov  5 17:32:18 h a: two"));
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(2);
        await SyslogReceiverFixture.SendAsync(socket, Frame(4, "close", ""));
        string answers = Encoding.ASCII.GetString(await SyslogReceiverFixture.ReadToEndAsync(socket));
        Assert.Equal(["one\nstill one", "two"], records.Select(r => r.Body));
        Assert.Equal("relp", records[0].Transport);
        Assert.StartsWith("1 rsp 61 200 OK\nrelp_version=0\n", answers, StringComparison.Ordinal);
        Assert.EndsWith("2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 0\n0 serverclose 0\n", answers, StringComparison.Ordinal);
        Assert.Empty(fixture.Statistics("relp").Refused);
    }

    [Fact]
    public async Task Message_NotYetSafe_IsNotAnswered()
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        fixture.Sink.IsHolding = true;
        using Socket socket = await ConnectAsync(fixture);
        await SyslogReceiverFixture.SendAsync(socket, Frame(1, "syslog", "<13>one"));
        await fixture.Sink.WaitForAsync(1);
        await SyslogReceiverFixture.SendAsync(socket, Frame(2, "other", ""));
        Assert.Equal("2 rsp 19 500 unknown command\n", await ReadLineAsync(socket));
        fixture.Sink.ReleaseHeld();
        Assert.Equal("1 rsp 6 200 OK\n", await ReadLineAsync(socket));
    }

    [Fact]
    public async Task Message_Lost_IsRefusedAndTheSenderMustComeAgain()
    {
        await using SyslogReceiverFixture fixture = await StartAsync(new LossyPool());
        using Socket socket = await ConnectAsync(fixture);
        await SyslogReceiverFixture.SendAsync(socket, Frame(7, "syslog", "<13>one"));
        Assert.StartsWith("7 rsp 14 500 not stored\n", Encoding.ASCII.GetString(await SyslogReceiverFixture.ReadToEndAsync(socket)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("1 syslog -1 x\n")]
    [InlineData("1 syslog 4294967296 x\n")]
    [InlineData("9999999999 syslog 1 x\n")]
    [InlineData("1 syslog 3 abcd\n")]
    [InlineData("1 open 999999 x")]
    [InlineData("1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 x\n")]
    public async Task Session_BrokenFrame_IsClosedAndCounted(string bytes)
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        using Socket socket = await ConnectAsync(fixture);
        await SyslogReceiverFixture.SendAsync(socket, bytes);
        await SyslogReceiverFixture.ReadToEndAsync(socket);
        Assert.Equal(1, fixture.Refused("relp", RefusedReasons.RelpFraming));
        Assert.Empty(fixture.Sink.Records);
    }

    [Fact]
    public void TryRead_EverySplit_GivesTheSameFrames()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(
            Frame(1, "syslog", "<13>one") + Frame(2, "syslog", new string('x', 100)) + Frame(22, "syslog", "") + Frame(3, "syslog", "<14>é"));
        string[] whole = Frames(bytes, bytes.Length);
        Assert.Equal(["<13>one", new string('x', 40) + "|Truncated", "<14>é"], whole);
        for (int split = 0; split < bytes.Length; split++)
        {
            Assert.Equal(whole, Frames(bytes, split));
        }
    }

    static string[] Frames(byte[] bytes, int split)
    {
        RelpProtocol protocol = new(40, new RelpResponder(new DeafSource(), null!));
        List<string> frames = [];
        int start = 0;
        foreach (int end in new[] { split, bytes.Length })
        {
            bool isFrame;
            do
            {
                isFrame = protocol.TryRead(bytes.AsSpan(start, end - start), isEnd: false, out int consumed, out SyslogFrame frame);
                if (isFrame)
                {
                    frames.Add(Encoding.UTF8.GetString(bytes, start + frame.Start, frame.Length) + (frame.Marks == ParseMarks.None ? "" : "|" + frame.Marks));
                }

                start += consumed;
            }
            while (isFrame);

            Assert.Null(protocol.Fault);
        }

        return [.. frames];
    }

    static string Frame(int transaction, string command, string data) =>
        data.Length == 0 ? $"{transaction} {command} 0\n" : $"{transaction} {command} {Encoding.UTF8.GetByteCount(data)} {data}\n";

    static Task<SyslogReceiverFixture> StartAsync(RecordBatchPool? pool = null) =>
        SyslogReceiverFixture.StartAsync(o => o.Relp = new IPEndPoint(IPAddress.Loopback, 0), pool: pool);

    static async Task<Socket> ConnectAsync(SyslogReceiverFixture fixture)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(fixture.EndPoint("relp "));
        return socket;
    }

    static async Task<string> ReadLineAsync(Socket socket)
    {
        using CancellationTokenSource patience = new(Patience.Long);
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (await socket.ReceiveAsync(one, patience.Token) == 1)
        {
            line.Append((char)one[0]);
            if (one[0] == '\n')
            {
                break;
            }
        }

        return line.ToString();
    }

    sealed class LossyPool : RecordBatchPool
    {
        protected override RecordBatch Create(int bufferBytes) => new LossyBatch(this, bufferBytes);

        sealed class LossyBatch(RecordBatchPool pool, int bufferBytes) : RecordBatch(pool, bufferBytes)
        {
            protected override int OnReleased() => Count;
        }
    }

    sealed class DeafSource : ByteSource
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer) => ValueTask.FromResult(0);

        public override ValueTask WaitAsync() => ValueTask.CompletedTask;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => ValueTask.CompletedTask;

        public override void EndReading()
        {
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
