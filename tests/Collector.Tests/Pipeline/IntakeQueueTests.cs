using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Pipeline;

public sealed class IntakeQueueTests
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();

    [Fact]
    public void TryPost_Full_SaysNoAndKeepsTheBatchTheCallers()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        Assert.True(queue.TryPost(Some.Batch(queue.Pool)));
        RecordBatch second = Some.Batch(queue.Pool);

        Assert.False(queue.TryPost(second));
        Assert.Equal(1, second.Count);
        Assert.Equal(1, _ledger.Received);
        Assert.True(queue.IsCongested);
    }

    [Fact]
    public async Task PostAsync_Full_WaitsForRoom()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        await queue.PostAsync(Some.Batch(queue.Pool), default);
        Task second = queue.PostAsync(Some.Batch(queue.Pool), default).AsTask();
        Assert.False(second.IsCompleted);

        (await queue.TakeAsync())!.Release();
        await second.WaitAsync(Deadline);

        Assert.Equal(2, _ledger.Received);
    }

    [Fact]
    public async Task PostAsync_Cancelled_LeavesTheBatchToTheCaller()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        await queue.PostAsync(Some.Batch(queue.Pool), default);
        using CancellationTokenSource stop = new();
        RecordBatch second = Some.Batch(queue.Pool);
        Task waiting = queue.PostAsync(second, stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        queue.Discard(second, DropReasons.Shutdown);

        Assert.Equal(2, _ledger.Received);
        Assert.Equal(1, _ledger.DroppedTotal);
        Assert.Equal(1, _ledger.Queued);
    }

    [Fact]
    public void Post_AfterComplete_IsCountedAsDropped()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1 << 20);
        queue.Complete();

        Assert.True(queue.TryPost(Some.Batch(queue.Pool, records: 3)));

        Assert.Equal((3, 3, 0), (_ledger.Received, _ledger.DroppedTotal, _ledger.Queued));
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public void TryPost_EmptyBatch_IsReleasedAndNotCounted()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1 << 20);

        Assert.True(queue.TryPost(queue.Pool.Rent(10)));

        Assert.Equal(0, _ledger.Received);
        Assert.Equal(0, queue.Bytes);
    }

    [Fact]
    public async Task Queue_ManyProducersAndConsumers_LosesNothing()
    {
        const int Producers = 4, BatchesEach = 2_000, RecordsEach = 3;
        IntakeQueue queue = new(_ledger, bytesMax: 40_000);
        long taken = 0;
        Task[] consumers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (await queue.TakeAsync() is { } batch)
            {
                Interlocked.Add(ref taken, batch.Count);
                batch.Release();
            }
        }))];
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < BatchesEach; i++)
            {
                await queue.PostAsync(Some.Batch(queue.Pool, RecordsEach), default);
            }
        }))).WaitAsync(Deadline);
        queue.Complete();
        await Task.WhenAll(consumers).WaitAsync(Deadline);

        Assert.Equal(Producers * BatchesEach * RecordsEach, taken);
        Assert.Equal((taken, taken, 0, 0), (_ledger.Received, _ledger.Delivered, _ledger.Queued, queue.Bytes));
    }

    [Fact]
    public async Task WaitForTurnAsync_HalfFull_CallsFirstComeFirstServed()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        Assert.True(queue.WaitForTurnAsync(default).AsTask().IsCompleted);
        await queue.PostAsync(Some.Batch(queue.Pool), default);

        List<int> called = [];
        using CancellationTokenSource second = new();
        Task[] line = [.. Enumerable.Range(0, 4).Select(i => WaitAsync(i, i == 1 ? second.Token : default))];
        Assert.DoesNotContain(line, waiting => waiting.IsCompleted);
        await second.CancelAsync();
        await line[1].WaitAsync(Deadline);
        Assert.Equal([1], called);

        (await queue.TakeAsync())!.Release();
        await Task.WhenAll(line).WaitAsync(Deadline);
        Assert.Equal([0, 1, 2, 3], called.Order());
        Assert.True(queue.WaitForTurnAsync(default).AsTask().IsCompleted);

        async Task WaitAsync(int number, CancellationToken cancellationToken)
        {
            await queue.WaitForTurnAsync(cancellationToken);
            lock (called)
            {
                called.Add(number);
            }
        }
    }

    [Fact]
    public async Task WaitForTurnAsync_OneAtATime_CallsTheNextOnlyWhenThereIsRoom()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        await queue.PostAsync(Some.Batch(queue.Pool), default);
        int posted = 1;
        Task[] line = [.. Enumerable.Range(0, 100).Select(async _ =>
        {
            await queue.WaitForTurnAsync(default);
            Interlocked.Increment(ref posted);
            await queue.PostAsync(Some.Batch(queue.Pool), default);
        })];

        for (int taken = 1; taken <= 101; taken++)
        {
            (await queue.TakeAsync().AsTask().WaitAsync(Deadline))!.Release();
            // Who is called calls the next before it posts: besides the one that has posted, one a thread may be between the two.
            Assert.InRange(Volatile.Read(ref posted), taken, Math.Min(101, taken + 60));
        }

        await Task.WhenAll(line).WaitAsync(Deadline);
        Assert.Equal((101, 0), (_ledger.Received, queue.Bytes));
    }

    [Fact]
    public async Task WaitForTurnAsync_FullOfWhatCannotWait_GivesTurns()
    {
        IntakeQueue queue = new(_ledger, bytesMax: 1);
        Assert.True(queue.TryPost(Some.Batch(queue.Pool)));

        Assert.True(queue.WaitForTurnAsync(default).AsTask().IsCompleted);

        Task waiting = queue.PostAsync(Some.Batch(queue.Pool), default).AsTask();
        Assert.False(queue.WaitForTurnAsync(default).AsTask().IsCompleted, "what waits for room counts");
        (await queue.TakeAsync())!.Release();
        await waiting.WaitAsync(Deadline);
    }
}
