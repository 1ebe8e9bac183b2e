using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Time.Testing;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Pipeline;

public sealed class RecordPipelineTests
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly LogClassifier _classifier = TestClassifier.WithoutModel();
    readonly VerdictStatistics _statistics = new(TimeProvider.System);

    [Fact]
    public async Task Run_WithoutAModel_PassesRecordsWithTheDeclaredSeverity()
    {
        CountingConsumer output = new();
        using RecordPipeline pipeline = Start(1 << 20, output);
        await pipeline.Sink.PostAsync(Some.Batch(pipeline.Sink.Pool, records: 5, severity: 18), default);
        await pipeline.StopAsync(default).WaitAsync(Deadline);

        Assert.Equal(5, output.Records);
        Assert.Equal(5, _statistics.Snapshot().Severities[(int)Severity.Critical]);
        Assert.Equal(5, _statistics.Snapshot().Sources[(int)VerdictSource.Fallback]);
    }

    [Fact]
    public async Task Ledger_AfterDropsAFullQueueAndAStopInTheMiddle_Closes()
    {
        ClosedConsumer gate = new();
        CountingConsumer output = new();
        using RecordPipeline pipeline = Start(100_000, gate, new LosingConsumer(), output);
        IRecordSink sink = pipeline.Sink;
        long posted = 0, discarded = 0, waiting = 0;
        for (int i = 0; i < 100; i++)
        {
            RecordBatch batch = Some.Batch(sink.Pool, records: 7);
            if (sink.TryPost(batch))
            {
                posted += 7;
            }
            else
            {
                sink.Discard(batch, DropReasons.QueueFull);
                discarded += 7;
            }
        }

        Assert.True(discarded > 0, "the queue never filled");
        Task late = sink.PostAsync(Some.Batch(sink.Pool, records: 7), default).AsTask();
        waiting += 7;
        Assert.Equal(posted, _ledger.Queued);
        Assert.Equal(posted + discarded, _ledger.Received);

        gate.Open();
        await late.WaitAsync(Deadline);
        await pipeline.StopAsync(default).WaitAsync(Deadline);
        Assert.True(sink.TryPost(Some.Batch(sink.Pool, records: 7)));

        long sent = posted + discarded + waiting + 7;
        long lostByOutput = (posted + waiting) / 7;
        Assert.Equal(sent, _ledger.Received);
        Assert.Equal(0, _ledger.Queued);
        Assert.Equal(posted + waiting - lostByOutput, _ledger.Delivered);
        Assert.Equal(
            new Dictionary<(string, string), long>
            {
                [("intake", "queue_full")] = discarded,
                [("intake", "shutdown")] = 7,
                [("output:losing", "refused")] = lostByOutput,
            },
            _ledger.Dropped.ToDictionary());
        Assert.Equal(_ledger.Received, _ledger.Delivered + _ledger.Queued + _ledger.DroppedTotal);
    }

    [Fact]
    public async Task IsProgressing_OneOfSeveralWorkersHangs_IsSeenThoughTheOthersMove()
    {
        using HungConsumer hung = new(isFirstOnly: true);
        CountingConsumer output = new();
        FakeTimeProvider time = new();
        PipelineOptions options = new(Workers: 3, IntakeBytesMax: 1 << 20, ParkedBytesMax: 1 << 20, WaitMax: TimeSpan.FromSeconds(2));
        using RecordPipeline pipeline = Start(options, time, hung, output);
        await pipeline.Sink.PostAsync(Some.Batch(pipeline.Sink.Pool), default);
        await hung.Reached.WaitAsync(Deadline);
        async Task<bool> LookAfterOneMoreAsync(long others)
        {
            await pipeline.Sink.PostAsync(Some.Batch(pipeline.Sink.Pool), default);
            SpinWait.SpinUntil(() => output.Records == others && pipeline.IntakeBytes == 0, Deadline);
            return pipeline.IsProgressing();
        }

        Assert.True(await LookAfterOneMoreAsync(1));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(await LookAfterOneMoreAsync(2));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await LookAfterOneMoreAsync(3));
        hung.Release();
        await pipeline.StopAsync(default).WaitAsync(Deadline);
        Assert.True(pipeline.IsProgressing());
    }

    [Fact]
    public async Task TryWork_NothingWaits_TheWorkIsDoneWhenItReturns()
    {
        CountingConsumer output = new();
        using RecordPipeline pipeline = Start(1 << 20, output);
        Assert.True(pipeline.Sink.TryWork(Some.Batch(pipeline.Sink.Pool, records: 5)));
        Assert.Equal(5, output.Records);
        Assert.Equal(5, _ledger.Delivered);
        await pipeline.StopAsync(default).WaitAsync(Deadline);
    }

    [Fact]
    public async Task TryWork_AnOutputThatMakesWait_TheCallerGoesOnAndTheStopWaits()
    {
        ClosedConsumer gate = new();
        CountingConsumer output = new();
        using RecordPipeline pipeline = Start(1 << 20, gate, output);
        IRecordSink sink = pipeline.Sink;
        Assert.True(sink.TryWork(Some.Batch(sink.Pool)));
        RecordBatch second = Some.Batch(sink.Pool);
        Assert.False(sink.TryWork(second), "there is one worker to spare, and it waits");
        await sink.PostAsync(second, default);
        Task stop = pipeline.StopAsync(default);
        SpinWait.SpinUntil(() => output.Records == 2 && pipeline.IntakeBytes == 0, Deadline);
        Assert.False(stop.IsCompleted);
        Assert.Equal(2, _ledger.Queued);

        gate.Open();
        await stop.WaitAsync(Deadline);
        Assert.Equal(2, _ledger.Delivered);
        RecordBatch late = Some.Batch(sink.Pool);
        Assert.False(sink.TryWork(late));
        late.Release();
    }

    [Fact]
    public async Task TryWork_OthersWait_IsToBePosted()
    {
        ClosedConsumer gate = new();
        using RecordPipeline pipeline = Start(1 << 20, gate);
        IRecordSink sink = pipeline.Sink;
        await sink.PostAsync(Some.Batch(sink.Pool), default);
        await sink.PostAsync(Some.Batch(sink.Pool), default);
        RecordBatch third = Some.Batch(sink.Pool);
        Assert.False(sink.TryWork(third));
        await sink.PostAsync(third, default);
        gate.Open();
        await pipeline.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(3, _ledger.Delivered);
    }

    [Fact]
    public async Task TryWork_AFault_IsTheProblemOfThePipeline()
    {
        using RecordPipeline pipeline = Start(1 << 20, new FailingConsumer());
        Assert.True(pipeline.Sink.TryWork(Some.Batch(pipeline.Sink.Pool)));
        Assert.Equal("a pipeline task failed: told to fail", pipeline.Problem);
        Assert.False(pipeline.IsProgressing());
        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(() => pipeline.StopAsync(default).WaitAsync(Deadline));
        Assert.Equal("told to fail", fault.Message);
    }

    RecordPipeline Start(long intakeBytesMax, params IBatchConsumer[] outputs) =>
        Start(new PipelineOptions(Workers: 1, intakeBytesMax, ParkedBytesMax: 1 << 20, WaitMax: TimeSpan.FromSeconds(2)), TimeProvider.System, outputs);

    RecordPipeline Start(PipelineOptions options, TimeProvider time, params IBatchConsumer[] outputs)
    {
        RecordPipeline pipeline = new(
            options, _ledger, _classifier, () => new Judge(new Lawbook(new Law(SeverityPolicy.Model, new RuleSet([]))), _statistics), new OutputFan(outputs), time);
        pipeline.Start();
        return pipeline;
    }
}
