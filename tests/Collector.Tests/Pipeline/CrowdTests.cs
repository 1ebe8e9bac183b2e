using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Collector.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Receivers.Syslog;

namespace Collector.Tests.Pipeline;

/// <summary>Many connections that send flat out, and an intake that nobody empties: what they hold is counted through the pool.</summary>
/// <remarks>Alone: each thread of the pool may be between its turn and its post, and beside other tests there are many.</remarks>
[Collection(Alone.Name)]
public sealed class CrowdTests : IAsyncDisposable
{
    const long IntakeBytesMax = 4 << 20;
    const int Connections = 200;
    const int BytesEach = 256 * 1024;

    // Half of the intake, and a large batch for each that was called before it was full: a thread's each, and the pool has some more than there are processors
    // when other tests run beside. For each that waits, the beginning of a frame. Without turns it is 31 MB and more.
    static readonly long HeldBytesMax = (IntakeBytesMax / 2) + (Math.Max(24, 4L * Environment.ProcessorCount) * 700_000) + (Connections * 4096L);

    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    readonly Ledger _ledger = new();
    readonly SyslogReceiver _receiver = new(
        new SyslogOptions { Udp = null, Tcp = new IPEndPoint(IPAddress.Loopback, 0), Zone = TimeZoneInfo.Utc, ConnectionsPerAddressMax = 1_000 },
        TimeProvider.System,
        NullLogger<SyslogReceiver>.Instance);

    readonly CountingSink _sink;

    public CrowdTests() => _sink = new CountingSink(new IntakeQueue(_ledger, IntakeBytesMax), _ledger);

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Connections_FlatOut_HoldNoMoreThanTheirBoundAndAllArrives()
    {
        await _receiver.StartAsync(_sink, CancellationToken.None);
        byte[] lines = Lines(out int count);
        Task sending = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => SendAsync(lines)));
        await SettleAsync();

        Assert.InRange(_sink.Pool.HeldBytes, IntakeBytesMax / 2, HeldBytesMax);

        Task<long> emptying = EmptyAsync((long)Connections * count);
        Assert.Equal((long)Connections * count, await emptying.WaitAsync(Deadline));
        await sending.WaitAsync(Deadline);
    }

    [Fact]
    public async Task Connections_EachWithALongFrameBegun_AllPass()
    {
        await _receiver.StartAsync(_sink, CancellationToken.None);
        string frame = "<13>" + new string('x', 60_000);
        byte[] counted = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{frame.Length} {frame}"));
        Socket[] begun = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            Socket socket = await ConnectAsync();
            await SendAllAsync(socket, counted.AsMemory(0, 1_000));
            return socket;
        }));

        // Others fill the intake, while each of these holds a part of its frame.
        Task crowd = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => SendAsync(Lines(out int _))));
        await SettleAsync();
        Task ending = Task.WhenAll(begun.Select(async socket =>
        {
            await SendAllAsync(socket, counted.AsMemory(1_000));
            socket.Dispose();
        }));
        await SettleAsync();
        Assert.InRange(_sink.Pool.HeldBytes, IntakeBytesMax / 2, HeldBytesMax);

        Lines(out int count);
        long all = ((long)count + 1) * Connections;
        Assert.Equal(all, await EmptyAsync(all).WaitAsync(Deadline));
        await Task.WhenAll(crowd, ending).WaitAsync(Deadline);
    }

    /// <summary>Until the intake has no more turns and nothing more is made: the senders stand still.</summary>
    async Task SettleAsync()
    {
        long before, start = TimeProvider.System.GetTimestamp();
        do
        {
            before = _sink.Pool.HeldBytes + _sink.Inner.Bytes;
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, "does not settle");
        }
        while (_sink.Pool.HeldBytes + _sink.Inner.Bytes != before || _sink.Inner.Bytes <= IntakeBytesMax / 2);
    }

    async Task<long> EmptyAsync(long records)
    {
        long taken = 0;
        while (taken < records && await _sink.Inner.TakeAsync() is { } batch)
        {
            Assert.InRange(_sink.Pool.HeldBytes, 0, HeldBytesMax);
            taken += batch.Count;
            batch.Release();
        }

        return taken;
    }

    static byte[] Lines(out int count)
    {
        const string Line = "<13>Oct 11 22:14:15 host app: a line of the usual length, so that no batch needs more records than it has at first; it says nothing in particular but that it is there\n";
        count = BytesEach / Line.Length;
        return Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Line, count)));
    }

    async Task SendAsync(byte[] bytes)
    {
        using Socket socket = await ConnectAsync();
        await SendAllAsync(socket, bytes);
    }

    async Task<Socket> ConnectAsync()
    {
        // Little is left on the way, so that what was sent and not read is felt by the sender.
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 16 * 1024 };
        await socket.ConnectAsync(IPEndPoint.Parse(_receiver.Listening.Single()["tcp ".Length..]));
        return socket;
    }

    static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    sealed class CountingSink(IntakeQueue inner, Ledger ledger) : IRecordSink
    {
        public IntakeQueue Inner => inner;

        public CountingPool Pool { get; } = new(ledger);

        RecordBatchPool IRecordSink.Pool => Pool;

        public bool IsCongested => inner.IsCongested;

        public RecordLane OpenLane() => inner.OpenLane();

        public bool TryPost(RecordBatch batch) => inner.TryPost(batch);

        public ValueTask WaitForTurnAsync(CancellationToken cancellationToken) => inner.WaitForTurnAsync(cancellationToken);

        public ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken) => inner.PostAsync(batch, cancellationToken);

        public void Discard(RecordBatch batch, string reason) => inner.Discard(batch, reason);
    }

    sealed class CountingPool(Ledger ledger) : RecordBatchPool
    {
        long _madeBytes;

        /// <summary>Of batches that are with somebody, as long as the pool keeps all that are returned.</summary>
        public long HeldBytes => Interlocked.Read(ref _madeBytes) - IdleBytes;

        protected override RecordBatch Create(int bufferBytes)
        {
            ClassifiedBatch batch = new(this, bufferBytes, ledger);
            Interlocked.Add(ref _madeBytes, batch.MemoryBytes);
            return batch;
        }
    }
}
