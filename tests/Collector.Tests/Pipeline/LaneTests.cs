using System.Diagnostics;
using System.Globalization;
using System.Text;
using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Pipeline;

public sealed class LaneTests : IAsyncDisposable
{
    const string Known = "User logged in successfully.";
    const long MiB = 1 << 20;

    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly OrderConsumer _output = new();
    readonly LogClassifier _classifier = LogClassifier.Create(new ClassifierOptions { InferenceThreads = 1 }, NullLogger.Instance);

    public ValueTask DisposeAsync() => _classifier.DisposeAsync();

    [Fact]
    public async Task Run_ManyConnectionsAndWorkersAndNewTexts_EachConnectionComesOutInOrder()
    {
        const int Lanes = 8, Batches = 300, Records = 5;
        int seed = Random.Shared.Next();
        await _classifier.StartAsync(default);
        using RecordPipeline pipeline = Start(workers: 4);
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => SendAsync(pipeline.Sink, lane, new Random(seed + lane))))).WaitAsync(Deadline);
        await pipeline.StopAsync(default).WaitAsync(Deadline);

        for (int lane = 0; lane < Lanes; lane++)
        {
            Assert.True(Enumerable.Range(0, Batches * Records).SequenceEqual(_output.Numbers(lane)), $"lane {lane} is out of order, seed {seed}");
        }

        Assert.Equal(0, pipeline.ParkedBytes);
        Assert.Equal(Lanes * Batches * Records, _ledger.Delivered);

        static async Task SendAsync(IRecordSink sink, int lane, Random random)
        {
            RecordLane order = sink.OpenLane();
            for (int i = 0; i < Batches; i++)
            {
                string text = random.Next(20) == 0 ? NewText(random) : Known;
                RecordBatch batch = Batch(sink, order, lane, i * Records, Records, text);
                if (random.Next(2) == 0 || !sink.TryWork(batch))
                {
                    await sink.PostAsync(batch, default);
                }
            }
        }
    }

    [Fact]
    public async Task Run_BehindATextThatTheModelHasNotRead_OnlyTheSameConnectionWaits()
    {
        Learn();
        using RecordPipeline pipeline = Start(workers: 2);
        IRecordSink sink = pipeline.Sink;
        RecordLane waiting = sink.OpenLane();
        await sink.PostAsync(Batch(sink, waiting, 0, 0, 1, "never seen before"), default);
        await sink.PostAsync(Batch(sink, waiting, 0, 1, 1, Known), default);
        await sink.PostAsync(Batch(sink, sink.OpenLane(), 1, 0, 1, Known), default);
        await _output.WaitForAsync(1).WaitAsync(Deadline);
        Assert.Equal([0], _output.Numbers(1));

        await _classifier.StartAsync(default);
        await _output.WaitForAsync(2).WaitAsync(Deadline);
        Assert.Equal([0, 1], _output.Numbers(0));
        Assert.Equal(0, _output.Fallbacks);
        await pipeline.StopAsync(default).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Run_WaitIsOver_EverythingGoesOnInOrder()
    {
        Learn();
        using RecordPipeline pipeline = Start(workers: 2, wait: TimeSpan.FromMilliseconds(50));
        await PostAsync(pipeline.Sink, 0, 10, i => i % 3 == 0);

        await _output.WaitForAsync(10).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, 10), _output.Numbers(0));
        Assert.Equal(4, _output.Fallbacks);
        await pipeline.StopAsync(default).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Run_NoMoreRoomToWait_TheFirstGoesOnWithTheFallbackAndNothingStops()
    {
        const int Batches = 400;
        Learn();
        using RecordPipeline pipeline = Start(workers: 2);
        _output.Watched = () => pipeline.ParkedBytes;
        await PostAsync(pipeline.Sink, 0, Batches, i => i % 200 == 0);

        await _output.WaitForAsync(Batches).WaitAsync(Deadline);
        Assert.InRange(_output.MostWatched, MiB / 2, MiB + (64 << 10));
        Assert.Equal(Enumerable.Range(0, Batches), _output.Numbers(0));
        Assert.Equal(2, _output.Fallbacks);
        await pipeline.StopAsync(default).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Run_AnOutputThatMakesWait_TheRestWaitsInTheIntakeAndNoVerdictIsLost()
    {
        const int Batches = 60;
        Learn();
        ClosedConsumer gate = new();
        OutputFan outputs = new([gate, _output]);
        using RecordPipeline pipeline = Start(workers: 2, outputs: outputs);
        IRecordSink sink = pipeline.Sink;
        RecordLane lane = sink.OpenLane();
        await sink.PostAsync(Batch(sink, lane, 0, 0, 1, Known), default);
        while (!outputs.IsWaiting)
        {
            await Task.Yield();
        }

        for (int i = 1; i < Batches; i++)
        {
            await sink.PostAsync(Batch(sink, lane, 0, i, 1, Known), default);
        }

        // The other worker takes one; that it takes no second one can only be waited for in vain.
        Assert.True(await IsSoonAsync(() => pipeline.ParkedBytes > 0, Deadline));
        Assert.False(await IsSoonAsync(() => pipeline.IntakeBytes == 0, TimeSpan.FromMilliseconds(300)));
        Assert.InRange(pipeline.ParkedBytes, 1, 64 << 10);

        gate.Open();
        await pipeline.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, Batches), _output.Numbers(0));
    }

    [Fact]
    public async Task Stop_WhileConnectionsWaitForTheModel_HandsEverythingOnInOrder()
    {
        Learn();
        using RecordPipeline pipeline = Start(workers: 3);
        for (int lane = 0; lane < 4; lane++)
        {
            await PostAsync(pipeline.Sink, lane, 10, i => i % 2 == 0);
        }

        await pipeline.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Deadline);
        Assert.All(Enumerable.Range(0, 4), lane => Assert.Equal(Enumerable.Range(0, 10), _output.Numbers(lane)));
        Assert.Equal(0, pipeline.ParkedBytes);
        Assert.Equal(0, _ledger.Queued);
    }

    // The cache knows it from now on; what else comes waits until the classifier is started.
    void Learn() => _classifier.ClassifyNow(default, Encoding.UTF8.GetBytes(Text(0, 0, Known)), 0);

    // To the classifier the numbers inside such a word are all the same.
    static string Text(int lane, int number, string text) => string.Create(CultureInfo.InvariantCulture, $"l{lane}n{number} {text}");

    static string NewText(Random random) => new([.. Enumerable.Range(0, 40).Select(i => i % 8 == 7 ? ' ' : (char)('a' + random.Next(26)))]);

    /// <summary>Waits without keeping a thread: the pool has no more than the workers need.</summary>
    static async Task<bool> IsSoonAsync(Func<bool> condition, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(start) < patience)
        {
            await Task.Yield();
        }

        return condition();
    }

    /// <summary>Batches of one record each, over a lane of their own.</summary>
    static async Task PostAsync(IRecordSink sink, int lane, int count, Func<int, bool> isNew)
    {
        RecordLane order = sink.OpenLane();
        for (int i = 0; i < count; i++)
        {
            await sink.PostAsync(Batch(sink, order, lane, i, 1, isNew(i) ? NewText(new Random(i)) : Known), default);
        }
    }

    static RecordBatch Batch(IRecordSink sink, RecordLane order, int lane, int first, int records, string text)
    {
        RecordBatch batch = sink.Pool.Rent(RecordBatchPool.SmallBytes);
        (batch.Receiver, batch.Transport, batch.Lane) = ("syslog", "tcp", order);
        int source = batch.AddSource(default);
        for (int i = 0; i < records; i++)
        {
            int length = Encoding.UTF8.GetBytes(Text(lane, first + i, text), batch.Buffer.AsSpan(batch.BytesUsed));
            ref LogRecord record = ref batch.Add();
            record.Source = source;
            record.Original = record.Body = new Slice(batch.BytesUsed, length);
            batch.BytesUsed += length;
        }

        return batch;
    }

    RecordPipeline Start(int workers, TimeSpan? wait = null, OutputFan? outputs = null)
    {
        PipelineOptions options = new(workers, IntakeBytesMax: 64 * MiB, ParkedBytesMax: wait is null ? MiB : 64 * MiB, wait ?? TimeSpan.FromMinutes(1));
        Lawbook lawbook = new(new Law(SeverityPolicy.Model, new RuleSet([])));
        VerdictStatistics statistics = new(TimeProvider.System);
        RecordPipeline pipeline = new(options, _ledger, _classifier, () => new Judge(lawbook, statistics), outputs ?? new OutputFan([_output]), TimeProvider.System);
        pipeline.Start();
        return pipeline;
    }

    /// <summary>Keeps the numbers of each lane in the order in which they come.</summary>
    sealed class OrderConsumer : IBatchConsumer
    {
        readonly Lock _lock = new();
        readonly Dictionary<int, List<int>> _numbers = [];
        readonly SemaphoreSlim _records = new(0);

        public int Fallbacks { get; private set; }

        /// <summary>Read with every batch.</summary>
        public Func<long>? Watched { get; set; }

        public long MostWatched { get; private set; }

        public int[] Numbers(int lane)
        {
            lock (_lock)
            {
                return [.. _numbers.GetValueOrDefault(lane) ?? []];
            }
        }

        /// <summary>Ends when so many more records have come than when it was called last.</summary>
        public async Task WaitForAsync(int records)
        {
            for (; records > 0; records--)
            {
                await _records.WaitAsync();
            }
        }

        public ValueTask OfferAsync(ClassifiedBatch batch)
        {
            lock (_lock)
            {
                MostWatched = Math.Max(MostWatched, Watched?.Invoke() ?? 0);
                for (int i = 0; i < batch.Count; i++)
                {
                    string[] words = Encoding.UTF8.GetString(batch[batch.Records[i].Body]).Split('l', 'n', ' ');
                    int lane = int.Parse(words[1], CultureInfo.InvariantCulture);
                    _numbers.TryAdd(lane, []);
                    _numbers[lane].Add(int.Parse(words[2], CultureInfo.InvariantCulture));
                    Fallbacks += batch.Verdicts[i].Source == VerdictSource.Fallback ? 1 : 0;
                }
            }

            _records.Release(batch.Count);
            return ValueTask.CompletedTask;
        }
    }
}
