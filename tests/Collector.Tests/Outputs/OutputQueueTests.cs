using Classifier;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs;

public sealed class OutputQueueTests
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly DelayClock _time = new();
    readonly ClassifiedBatchPool _pool;

    public OutputQueueTests() => _pool = new ClassifiedBatchPool(_ledger);

    [Fact]
    public async Task Offer_WhatTheFilterWants_IsSentAndTheRestCountsAsDelivered()
    {
        CollectingOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { When = OutputFilter.AtLeast(Severity.Error) });
        await OfferAsync(queue, new BatchBuilder().Add("a", severity: Severity.Critical).Add("b").Add("c", severity: Severity.Error));
        await OfferAsync(queue, new BatchBuilder().Add("d").Add("e", severity: Severity.Warning));
        await queue.StopAsync(default).WaitAsync(Deadline);

        Assert.Equal(["a", "c"], output.Bodies);
        Assert.Equal(1, output.Flushes);
        Assert.Equal(5, _ledger.Delivered);
        AssertBooks(queue, selected: 2, delivered: 2);
    }

    [Fact]
    public async Task Offer_UnderBacklog_CopiesLoneRecordsIntoOnePieceInOrder()
    {
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions());
        await OfferAsync(queue, new BatchBuilder().Add("0"));
        await output.Reached.WaitAsync(Deadline);
        for (int i = 1; i <= 1000; i++)
        {
            await OfferAsync(queue, new BatchBuilder { Transport = i % 2 == 0 ? "tcp" : "udp" }.Add($"{i}", host: "web1", app: "x", structuredData: "[a b=\"c\"]"));
        }

        Assert.True(queue.Statistics.QueuedBytes < 2_000_000, $"{queue.Statistics.QueuedBytes} bytes for 1,000 records");
        Assert.Equal(1001, _ledger.Queued);
        output.Open();
        await queue.StopAsync(default).WaitAsync(Deadline);

        List<int> sends = [];
        await foreach (int send in output.Sends.ReadAllAsync(Ended()))
        {
            sends.Add(send);
            if (sends.Sum() == 1001)
            {
                break;
            }
        }

        Assert.True(sends.Count < 100, $"{sends.Count} sends");
        List<int> numbers = [.. output.Bodies.Select(int.Parse)];
        Assert.Equal(Enumerable.Range(0, 501).Select(i => i * 2), numbers.Where(n => n % 2 == 0));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (i * 2) + 1), numbers.Where(n => n % 2 == 1));
        Assert.Equal(1001, _ledger.Delivered);
        AssertBooks(queue, selected: 1001, delivered: 1001);
    }

    /// <summary>As a steady flow over TCP is cut: a buffer full of lines, then the few that were left.</summary>
    [Fact]
    public async Task Offer_FullAndSparseBatchesInTurn_TakeLittleMoreThanTheirRecords()
    {
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions());
        int sent = 0;
        for (int i = 0; i < 400; i++)
        {
            BatchBuilder builder = new();
            for (int k = i % 2 == 0 ? 80 : 8; k > 0; k--)
            {
                builder.Add($"{sent++} request took 12 ms and was answered with 200 to somebody far away", "web1", "api");
            }

            await OfferAsync(queue, builder);
            await output.Reached.WaitAsync(Deadline);
        }

        long each = queue.Statistics.QueuedBytes / sent;
        Assert.True(each < 450, $"{each} bytes a record");
        output.Open();
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, sent), output.Bodies.Select(body => int.Parse(body.Split(' ')[0])));
        AssertBooks(queue, selected: sent, delivered: sent);
    }

    [Fact]
    public async Task Offer_FewWantedRecordsOfLargeBatches_DoNotHoldTheBatches()
    {
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { When = OutputFilter.AtLeast(Severity.Critical) });
        for (int i = 0; i < 200; i++)
        {
            BatchBuilder builder = new() { BufferBytes = RecordBatchPool.LargeBytes };
            for (int k = 0; k < 500; k++)
            {
                builder.Add("some text that is long enough to fill a buffer", severity: k == 250 ? Severity.Critical : Severity.Info);
            }

            await OfferAsync(queue, builder);
            await output.Reached.WaitAsync(Deadline);
        }

        Assert.True(queue.Statistics.QueuedBytes < 2_000_000, $"{queue.Statistics.QueuedBytes} bytes for 200 records");
        output.Open();
        await queue.StopAsync(default).WaitAsync(Deadline);
        AssertBooks(queue, selected: 200, delivered: 200);
        Assert.Equal(100_000, _ledger.Delivered);
    }

    [Fact]
    public async Task Offer_FullUnderBlock_WaitsAndLosesNothing()
    {
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { WhenFull = WhenFull.Block, QueueBytesMax = 1 << 20 });
        ValueTask offered = ValueTask.CompletedTask;
        int batches = 0;
        while (offered.IsCompleted && batches < 100)
        {
            offered = OfferAsync(queue, Dense(batches++));
        }

        Assert.True(batches is > 1 and < 100, $"blocked after {batches} batches");
        output.Open();
        await offered.AsTask().WaitAsync(Deadline);
        await queue.StopAsync(default).WaitAsync(Deadline);
        AssertBooks(queue, selected: batches * 1000, delivered: batches * 1000);
        Assert.Equal(batches * 1000, _ledger.Delivered);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StopWaiting_WhileAnOfferWaits_DropsItAsShutdown(bool isByStop)
    {
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { WhenFull = WhenFull.Block, QueueBytesMax = 1 << 20 });
        ValueTask offered = ValueTask.CompletedTask;
        int batches = 0;
        while (offered.IsCompleted && batches < 100)
        {
            offered = OfferAsync(queue, Dense(batches++));
        }

        Task stop = Task.CompletedTask;
        if (isByStop)
        {
            stop = queue.StopAsync(default);
        }
        else
        {
            queue.StopWaiting();
        }

        await offered.AsTask().WaitAsync(Deadline);
        output.Open();
        await stop.WaitAsync(Deadline);
        await queue.StopAsync(default).WaitAsync(Deadline);
        AssertBooks(queue, selected: batches * 1000, delivered: (batches - 1) * 1000, ("shutdown", 1000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Offer_FullUnderADropPolicy_DropsExactlyThoseAndCounts(bool isNewest)
    {
        WhenFull policy = isNewest ? WhenFull.DropNewest : WhenFull.DropOldest;
        StuckOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { WhenFull = policy, QueueBytesMax = 2 << 20 });
        await OfferAsync(queue, Dense(0));
        await output.Reached.WaitAsync(Deadline);
        for (int i = 1; i < 20; i++)
        {
            ValueTask offered = OfferAsync(queue, Dense(i));
            Assert.True(offered.IsCompleted);
            Assert.True(queue.Statistics.QueuedBytes <= 2 << 20);
        }

        output.Open();
        await queue.StopAsync(default).WaitAsync(Deadline);
        List<int> sent = [.. output.Bodies.Select(b => int.Parse(b.Split(' ')[0])).Distinct()];
        int kept = sent.Count;
        Assert.InRange(kept, 3, 10);
        Assert.Equal(policy == WhenFull.DropNewest ? Enumerable.Range(0, kept) : Enumerable.Range(20 - kept + 1, kept - 1).Prepend(0), sent);
        AssertBooks(queue, selected: 20_000, delivered: kept * 1000, ("queue_full", (20 - kept) * 1000));
        Assert.Equal(_ledger.Dropped.ToDictionary(), new Dictionary<(string, string), long> { [("output:test", "queue_full")] = (20 - kept) * 1000 });
    }

    [Fact]
    public async Task Send_ToldToRetry_WaitsLongerEachTimeAndHonoursTheDelay()
    {
        AnsweringOutput output = new(
            SendOutcome.Retry("unreachable", "x"), SendOutcome.Retry("unreachable", "y"), SendOutcome.Retry("busy", "z", TimeSpan.FromSeconds(40)));
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions());
        await OfferAsync(queue, new BatchBuilder().Add("a"));

        Assert.Equal(0, await NextAsync(output.Tries));
        foreach ((int least, int most) in new[] { (125, 250), (250, 500), (40_000, 40_000) })
        {
            TimeSpan wait = await _time.Delays.ReadAsync(Ended());
            Assert.InRange(wait.TotalMilliseconds, least, most);
            _time.Advance(wait);
            await NextAsync(output.Tries);
        }

        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(["a"], output.Bodies);
        Assert.Null(queue.Problem);
        AssertBooks(queue, selected: 1, delivered: 1);
    }

    [Fact]
    public async Task Send_ThatNeverSucceeds_IsGivenUpAndCountedAndShownMeanwhile()
    {
        AnsweringOutput output = new([.. Enumerable.Repeat(SendOutcome.Retry("unreachable", "no route\nto host"), 1000)]);
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { GiveUpAfter = TimeSpan.FromSeconds(60), RetryDelayMax = TimeSpan.FromSeconds(5) });
        await OfferAsync(queue, new BatchBuilder().Add("a").Add("b"));
        await NextAsync(output.Tries);
        TimeSpan elapsed = TimeSpan.Zero;
        while (await NextDelayAsync(() => queue.Statistics.QueuedRecords == 0) is { } wait)
        {
            if (elapsed > TimeSpan.FromSeconds(30))
            {
                Assert.StartsWith("retrying for", queue.Problem);
                Assert.EndsWith("unreachable: no route to host", queue.Problem);
                Assert.InRange(queue.OldestAgeSeconds, elapsed.TotalSeconds - 1, elapsed.TotalSeconds + 1);
            }

            _time.Advance(wait);
            elapsed += wait;
        }

        Assert.InRange(elapsed.TotalSeconds, 54, 60);

        AssertBooks(queue, selected: 2, delivered: 0, ("unreachable", 2));
        Assert.Equal(2, _ledger.DroppedTotal);
        Assert.Equal(0, _ledger.Queued);
    }

    [Fact]
    public async Task Problem_OfATryThatEndsInATimeout_StaysWhileItIsTriedAgain()
    {
        LateOutput output = new();
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { RetryDelayMin = TimeSpan.FromSeconds(5) });
        await OfferAsync(queue, new BatchBuilder().Add("a"));
        await output.Reached.WaitAsync(Deadline);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(queue.Problem);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("no answer for 11 s", queue.Problem);
        output.Fail();
        await _time.Delays.ReadAsync(Ended());
        Assert.Equal("retrying for 11 s: timeout: no answer", queue.Problem);
        Assert.Equal(11, queue.OldestAgeSeconds);
    }

    [Fact]
    public async Task Send_Refused_IsCountedAsFailedAndLost()
    {
        await using OutputQueue queue = await StartAsync(new RefusingOutput(), new OutputQueueOptions());
        await OfferAsync(queue, new BatchBuilder().Add("a").Add("b"));
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(2, queue.Statistics.Failed);
        Assert.Equal("bad_request: 400 no thanks", queue.Statistics.LastError);
        Assert.Equal("refuses records: bad_request: 400 no thanks", queue.Problem);
        Assert.Equal(new Dictionary<(string, string), long> { [("output:test", "bad_request")] = 2 }, _ledger.Dropped.ToDictionary());
        AssertBooks(queue, selected: 2, delivered: 0);
    }

    [Fact]
    public async Task Send_PartlyRejected_CountsTheRejectedAndDoesNotRetry()
    {
        AnsweringOutput output = new(new SendOutcome(SendKind.Delivered, Rejected: 1));
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions());
        await OfferAsync(queue, new BatchBuilder().Add("a").Add("b").Add("c"));
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal((2, 1), (queue.Statistics.Delivered, queue.Statistics.Failed));
        Assert.Equal(new Dictionary<(string, string), long> { [("output:test", "rejected")] = 1 }, _ledger.Dropped.ToDictionary());
        AssertBooks(queue, selected: 3, delivered: 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_WithSomeLeft_SendsThoseAgainAndOnlyThose(bool isPack)
    {
        StuckOutput first = new();
        AnsweringOutput output = new(
            SendOutcome.Retry("busy", "one refused", TimeSpan.FromMilliseconds(1)) with { Left = new[] { 1, 3 }, Rejected = 1 },
            SendOutcome.Retry("busy", "again", TimeSpan.FromMilliseconds(1)) with { Left = new[] { 3 } });
        await using OutputQueue queue = await StartAsync(isPack ? new ThenOutput(first, output) : output, new OutputQueueOptions());
        if (isPack)
        {
            await OfferAsync(queue, new BatchBuilder().Add("x"));
            await first.Reached.WaitAsync(Deadline);
        }

        await OfferAsync(queue, new BatchBuilder().Add("a").Add("b").Add("c").Add("d"));
        first.Open();
        Task stop = queue.StopAsync(default);
        while (await NextDelayAsync(() => stop.IsCompleted) is { } wait)
        {
            _time.Advance(wait);
        }

        await stop;
        Assert.Equal(["d"], output.Bodies);
        Assert.Equal((isPack ? 4 : 3, 1), (queue.Statistics.Delivered, queue.Statistics.Failed));
        Assert.Equal((isPack ? 4 : 3, 1), (_ledger.Delivered, _ledger.DroppedTotal));
        AssertBooks(queue, selected: isPack ? 5 : 4, delivered: isPack ? 4 : 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_WhenTheDeadlineComes_DropsWhatIsLeft(bool isDeaf)
    {
        StuckOutput output = new(isDeaf);
        OutputQueue queue = await StartAsync(output, new OutputQueueOptions());
        await OfferAsync(queue, new BatchBuilder().Add("a"));
        await output.Reached.WaitAsync(Deadline);
        await OfferAsync(queue, new BatchBuilder().Add("b").Add("c"));

        Task stop = queue.StopAsync(new CancellationToken(canceled: true));
        // The clock is for a far side that does not hear its cancellation; the other one may take its time.
        while (isDeaf && !stop.IsCompleted)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await stop.WaitAsync(Deadline);
        AssertBooks(queue, selected: 3, delivered: 0, ("shutdown", isDeaf ? 2 : 3));
        Assert.Equal(isDeaf ? 1 : 0, queue.Statistics.QueuedRecords);
        output.Open();
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(0, queue.Statistics.QueuedRecords);
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileWaitingToRetry_TriesOnceMoreAtOnce()
    {
        AnsweringOutput output = new(SendOutcome.Retry("unreachable", "x", TimeSpan.FromMinutes(5)));
        await using OutputQueue queue = await StartAsync(output, new OutputQueueOptions { GiveUpAfter = TimeSpan.Zero });
        await OfferAsync(queue, new BatchBuilder().Add("a"));
        await NextAsync(output.Tries);
        await queue.StopAsync(default).WaitAsync(Deadline);
        AssertBooks(queue, selected: 1, delivered: 1);
    }

    [Fact]
    public async Task Offer_AfterTheStop_IsDroppedAndCounted()
    {
        OutputQueue queue = await StartAsync(new CollectingOutput(), new OutputQueueOptions());
        await queue.StopAsync(default).WaitAsync(Deadline);
        await OfferAsync(queue, new BatchBuilder().Add("a"));
        await queue.DisposeAsync();
        AssertBooks(queue, selected: 1, delivered: 0, ("shutdown", 1));
    }

    /// <summary>Drops, a full queue, refusals and a stop in the middle, over two outputs and with acknowledgements: every sum closes.</summary>
    [Fact]
    public async Task Books_AfterARunWithEveryKindOfLoss_Close()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        SendOutcome[] answers = [.. Enumerable.Range(0, 400).Select(i => (i % 7) switch
        {
            0 => SendOutcome.Refused("bad_request", ""),
            1 => new SendOutcome(SendKind.Delivered, Rejected: 1),
            _ => SendOutcome.Delivered,
        })];
        await using OutputQueue first = await StartAsync(new AnsweringOutput(answers), new OutputQueueOptions { WhenFull = WhenFull.DropOldest, QueueBytesMax = 1 << 20 });
        StuckOutput stuck = new();
        await using OutputQueue second = await StartAsync(stuck, new OutputQueueOptions { When = OutputFilter.AtLeast(Severity.Error), QueueBytesMax = 1 << 20 });
        CountingAcknowledgement acknowledgement = new();
        long records = 0;
        int batches = 3000;
        for (int i = 0; i < batches; i++)
        {
            BatchBuilder builder = new();
            int count = i % 100 == 0 ? random.Next(20, 60) : random.Next(1, 4);
            for (int k = 0; k < count; k++)
            {
                builder.Add(new string('x', random.Next(1, 100)), severity: (Severity)random.Next(5));
            }

            ClassifiedBatch batch = builder.Build(_pool);
            batch.Acknowledgement = acknowledgement;
            records += count;
            _ledger.Enter(count);
            await first.OfferAsync(batch);
            await second.OfferAsync(batch);
            batch.Release();
        }

        await first.StopAsync(default).WaitAsync(Deadline);
        await second.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Deadline);
        Assert.True(_ledger.DroppedTotal > 0);
        Assert.True(records == _ledger.Received && _ledger.Queued == 0, $"seed {seed}");
        Assert.True(_ledger.Received == _ledger.Delivered + _ledger.DroppedTotal, $"seed {seed}");
        Assert.Equal((batches, _ledger.DroppedTotal), (acknowledgement.Batches, acknowledgement.Lost));
        foreach (OutputStatistics books in new[] { first.Statistics, second.Statistics })
        {
            Assert.Equal(books.Selected, books.Delivered + books.Failed + books.DroppedTotal);
            Assert.Equal((0, 0), (books.QueuedRecords, books.QueuedBytes));
        }
    }

    static CancellationToken Ended() => new CancellationTokenSource(Deadline).Token;

    static async Task<int> NextAsync(System.Threading.Channels.ChannelReader<int> reader) => await reader.ReadAsync(Ended());

    // 100 bytes a record: too dense to be copied.
    static BatchBuilder Dense(int number)
    {
        BatchBuilder builder = new() { BufferBytes = RecordBatchPool.LargeBytes };
        for (int i = 0; i < 1000; i++)
        {
            builder.Add($"{number} {new string('x', 120)}");
        }

        return builder;
    }

    async Task<OutputQueue> StartAsync(IOutput output, OutputQueueOptions options)
    {
        OutputQueue queue = new(output, options, _time, NullLogger.Instance);
        await queue.StartAsync(default);
        return queue;
    }

    ValueTask OfferAsync(OutputQueue queue, BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(_pool);
        _ledger.Enter(batch.Count);
        ValueTask offered = queue.OfferAsync(batch);
        if (offered.IsCompleted)
        {
            batch.Release();
            return offered;
        }

        return new ValueTask(FinishAsync());

        async Task FinishAsync()
        {
            await offered;
            batch.Release();
        }
    }

    /// <summary>Moves the clock and lets the consumer look at it.</summary>
    async Task AdvanceAsync(TimeSpan step)
    {
        _time.Advance(step);
        await Task.Delay(2);
    }

    /// <summary>How long the consumer wants to wait; null once it is over.</summary>
    async Task<TimeSpan?> NextDelayAsync(Func<bool> isOver)
    {
        using CancellationTokenSource deadline = new(Deadline);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(2));
        TimeSpan wait;
        while (!_time.Delays.TryRead(out wait))
        {
            if (isOver())
            {
                return null;
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }

        return wait;
    }

    static void AssertBooks(OutputQueue queue, long selected, long delivered, params (string Reason, long Records)[] dropped)
    {
        OutputStatistics books = queue.Statistics;
        Assert.Equal((selected, delivered), (books.Selected, books.Delivered));
        Assert.Equal(dropped.ToDictionary(d => d.Reason, d => d.Records), books.Dropped.ToDictionary());
        Assert.Equal(books.Selected, books.Delivered + books.Failed + books.DroppedTotal + books.QueuedRecords);
        if (books.QueuedRecords == 0)
        {
            Assert.Equal(0, books.QueuedBytes);
        }
    }

    sealed class CountingAcknowledgement : IAcknowledgement
    {
        int _batches;
        long _lost;

        public int Batches => _batches;

        public long Lost => _lost;

        public void OnReleased(int lost)
        {
            Interlocked.Increment(ref _batches);
            Interlocked.Add(ref _lost, lost);
        }
    }
}
