using System.Diagnostics;
using System.Globalization;
using Collector.Outputs;
using Collector.Outputs.Syslog;
using Collector.Pipeline;
using Collector.Tests.Outputs.Syslog;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;
using static Collector.Tests.Shared.Eventually;

namespace Collector.Tests.Outputs;

/// <summary>The queue that every output has, against far sides that fail in all the ways they do: real sockets, real time.</summary>
[Collection(Alone.Name)]
public sealed class SinkFaultTests
{
    const int BatchRecords = 50;

    // 5,000 records a second.
    static readonly TimeSpan BatchEvery = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly ClassifiedBatchPool _pool;

    public SinkFaultTests() => _pool = new ClassifiedBatchPool(_ledger);

    /// <summary>Down for some seconds of traffic, then back while it goes on: nothing is lost, order is kept, memory is bounded.</summary>
    [Fact]
    public async Task Offer_WhileTheFarSideIsDown_KeepsEverythingAndDrainsInOrder()
    {
        const int batches = 400;
        int port = Ports.Free();
        await using OutputQueue queue = await StartAsync(Syslog(port), new OutputQueueOptions { RetryDelayMax = TimeSpan.FromMilliseconds(500) });
        await FlowAsync(0, batches, queue);
        long queuedBytes = queue.Statistics.QueuedBytes;
        Assert.Equal((batches * BatchRecords, 0), (queue.Statistics.QueuedRecords, queue.Statistics.Delivered));
        Assert.True(queuedBytes < 16 << 20, $"{queuedBytes} bytes for {batches * BatchRecords} records");
        Assert.True(queue.OldestAgeSeconds > 2, $"{queue.OldestAgeSeconds} s");
        Assert.StartsWith("unreachable: ", queue.Statistics.LastError);

        using SyslogPeer peer = new(port);
        await FlowAsync(batches, 100, queue);
        await AssertNumbersAsync(peer, Enumerable.Range(0, (batches + 100) * BatchRecords));
        await queue.StopAsync(default).WaitAsync(Deadline);
        AssertBooks(queue, (batches + 100) * BatchRecords, dropped: 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offer_BeyondTheSizeOfTheQueue_DropsAndCountsExactlyWhatDoesNotFit(bool isNewest)
    {
        const int batches = 400;
        int port = Ports.Free();
        OutputQueueOptions options = new()
        {
            RetryDelayMax = TimeSpan.FromMilliseconds(500),
            QueueBytesMax = 1 << 20,
            WhenFull = isNewest ? WhenFull.DropNewest : WhenFull.DropOldest,
        };
        await using OutputQueue queue = await StartAsync(Syslog(port), options);
        // A pack may grow by one doubling of its array of records.
        await FlowAsync(0, batches, queue, () => Assert.InRange(queue.Statistics.QueuedBytes, 1, 3 << 19));
        long dropped = queue.Statistics.DroppedTotal;
        Assert.InRange(dropped, 1, (batches * BatchRecords) - 1);

        using SyslogPeer peer = new(port);
        await queue.StopAsync(default).WaitAsync(Deadline);
        List<int> numbers = [];
        while (numbers.Count < (batches * BatchRecords) - dropped)
        {
            numbers.Add(Number(await peer.NextAsync()));
        }

        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Equal(isNewest ? 0 : (batches * BatchRecords) - 1, isNewest ? numbers[0] : numbers[^1]);
        AssertBooks(queue, batches * BatchRecords, dropped);
    }

    /// <summary>One accepts and never reads, one is not there; the third has every record at once.</summary>
    [Fact]
    public async Task Offer_WithTwoFarSidesStuck_ReachesTheThirdInRealTime()
    {
        using SyslogPeer deaf = new(manner: PeerManner.NeverReads);
        using SyslogPeer well = new();
        OutputQueueOptions options = new() { QueueBytesMax = 8 << 20, RetryDelayMax = TimeSpan.FromMilliseconds(500) };
        await using OutputQueue stuck = await StartAsync(Syslog(deaf.Port, timeoutSeconds: 0.5), options);
        await using OutputQueue gone = await StartAsync(Syslog(Ports.Free()), options);
        await using OutputQueue queue = await StartAsync(Syslog(well.Port), options);
        List<TimeSpan> took = [];
        int read = 0;
        string body = new('x', 400);
        for (int i = 0; i < 400; i++)
        {
            ClassifiedBatch batch = Numbered(i, body).Build(_pool);
            Stopwatch watch = Stopwatch.StartNew();
            _ledger.Enter(batch.Count);
            foreach (OutputQueue each in new[] { stuck, gone, queue })
            {
                Assert.True(each.OfferAsync(batch).AsTask().IsCompleted, "an offer had to wait");
            }

            batch.Release();
            for (int k = 0; k < BatchRecords; k++)
            {
                Assert.Equal(read++, Number(await well.NextAsync()));
            }

            took.Add(watch.Elapsed);
        }

        // One in ten may meet a machine that stands still; behind the stuck one each would wait for its timeout.
        TimeSpan slow = took.Order().ElementAt(took.Count * 9 / 10);
        Assert.True(slow < TimeSpan.FromSeconds(0.5), $"a batch took {slow}");
        await UntilAsync(() => stuck.Statistics.LastError.StartsWith("timeout: ", StringComparison.Ordinal));
        Assert.StartsWith("unreachable: ", gone.Statistics.LastError);
        Assert.True(gone.OldestAgeSeconds > 0.1);
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(read, queue.Statistics.Delivered);
        Assert.Equal(read, gone.Statistics.QueuedRecords + gone.Statistics.DroppedTotal);
        Assert.Equal(read, stuck.Statistics.QueuedRecords + stuck.Statistics.DroppedTotal + stuck.Statistics.Delivered);
    }

    /// <summary>What may pass is tried again and arrives once in the books; what never will is counted and holds up nothing.</summary>
    [Fact]
    public async Task Send_WithEveryKindOfAnswer_RetriesWhatMayPassAndCountsWhatNeverWill()
    {
        using ScriptedServer server = new(
            "503|busy", "429 Retry-After: 1|slow down", ScriptedServer.Reset, ScriptedServer.Half, ScriptedServer.Slow + "200|ok", "400|bad", "413|large", "401|who", "200|ok");
        await using OutputQueue queue = await StartAsync(new PostingOutput(server.Address), new OutputQueueOptions { RetryDelayMin = TimeSpan.FromMilliseconds(20), RetryDelayMax = TimeSpan.FromMilliseconds(100) });
        for (int i = 0; i < 5; i++)
        {
            Offer(queue, new BatchBuilder { Transport = $"{i}" }.Add($"batch {i} {new string('x', 3000)}"));
        }

        await queue.StopAsync(default).WaitAsync(Deadline);
        List<string> posted = [];
        for (int i = 0; i < 9; i++)
        {
            posted.Add((await server.NextAsync()).Text.Split(' ')[1]);
        }

        Assert.Equal(["0", "0", "0", "0", "0", "1", "2", "3", "4"], posted);
        Assert.Equal((2, 3, 0), (queue.Statistics.Delivered, queue.Statistics.Failed, queue.Statistics.DroppedTotal));
        Assert.Equal(
            ["http_400=1", "http_401=1", "http_413=1"],
            _ledger.Dropped.Select(d => $"{d.Key.Reason}={d.Value}").Order());
        Assert.Equal((5, 2, 0), (_ledger.Received, _ledger.Delivered, _ledger.Queued));
    }

    [Fact]
    public async Task Send_ToldToWait_WaitsSoLong()
    {
        using ScriptedServer server = new("429 Retry-After: 1|slow down", "200|ok");
        await using OutputQueue queue = await StartAsync(new PostingOutput(server.Address), new OutputQueueOptions { RetryDelayMin = TimeSpan.FromMilliseconds(20) });
        Offer(queue, new BatchBuilder().Add("a"));
        long first = (await server.NextAsync()).At;
        TimeSpan waited = Stopwatch.GetElapsedTime(first, (await server.NextAsync()).At);
        Assert.True(waited > TimeSpan.FromMilliseconds(900), $"came back after {waited}");
        await queue.StopAsync(default).WaitAsync(Deadline);
    }

    /// <summary>The far side restarts in the middle, again and again: everything arrives, some of it perhaps twice.</summary>
    [Fact]
    public async Task Send_WhileTheFarSideRestarts_LosesNothing()
    {
        using SyslogPeer peer = new();
        await using OutputQueue queue = await StartAsync(Syslog(peer.Port), new OutputQueueOptions { RetryDelayMax = TimeSpan.FromMilliseconds(200) });
        HashSet<int> seen = [];
        for (int i = 0; i < 50; i++)
        {
            Offer(queue, Numbered(i, ""));
            while (!seen.Contains(((i + 1) * BatchRecords) - 1))
            {
                seen.Add(Number(await peer.NextAsync()));
            }

            peer.Hang(isReset: i % 2 == 0);
        }

        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(50 * BatchRecords, seen.Count);
        Assert.Equal(50 * BatchRecords, queue.Statistics.Delivered);
    }

    static SyslogOutput Syslog(int port, double timeoutSeconds = 10) => new(
        "test",
        new SyslogOutputOptions { Host = "127.0.0.1", Port = port, Timeout = TimeSpan.FromSeconds(timeoutSeconds) },
        new OutputContext(TimeProvider.System, NullLoggerFactory.Instance));

    static int Number(string message) => int.Parse(message[(message.IndexOf("] ", StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);

    static BatchBuilder Numbered(int batch, string body)
    {
        BatchBuilder builder = new() { BufferBytes = body.Length > 100 ? RecordBatchPool.LargeBytes : RecordBatchPool.SmallBytes };
        for (int i = batch * BatchRecords; i < (batch + 1) * BatchRecords; i++)
        {
            builder.Add($"{i} {body}");
        }

        return builder;
    }

    static async Task<OutputQueue> StartAsync(IOutput output, OutputQueueOptions options)
    {
        OutputQueue queue = new(output, options, TimeProvider.System, NullLogger.Instance);
        await queue.StartAsync(default);
        return queue;
    }

    static async Task AssertNumbersAsync(SyslogPeer peer, IEnumerable<int> expected)
    {
        foreach (int number in expected)
        {
            Assert.Equal(number, Number(await peer.NextAsync()));
        }
    }

    async Task FlowAsync(int from, int batches, OutputQueue queue, Action? eachTime = null)
    {
        using PeriodicTimer pace = new(BatchEvery);
        for (int i = from; i < from + batches; i++)
        {
            Offer(queue, Numbered(i, "request took 12 ms and was answered with 200 to 10.0.0.7"));
            eachTime?.Invoke();
            await pace.WaitForNextTickAsync();
        }
    }

    void Offer(OutputQueue queue, BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(_pool);
        _ledger.Enter(batch.Count);
        Assert.True(queue.OfferAsync(batch).AsTask().IsCompleted, "an offer had to wait");
        batch.Release();
    }

    void AssertBooks(OutputQueue queue, long selected, long dropped)
    {
        OutputStatistics books = queue.Statistics;
        Assert.Equal((selected, selected - dropped, dropped, 0, 0), (books.Selected, books.Delivered, books.DroppedTotal, books.Failed, books.QueuedRecords));
        Assert.Equal((selected, selected - dropped, dropped, 0), (_ledger.Received, _ledger.Delivered, _ledger.DroppedTotal, _ledger.Queued));
        Assert.Equal(0, books.QueuedBytes);
    }
}
