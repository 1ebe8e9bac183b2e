using Collector.Outputs;
using Collector.Pipeline;

namespace Collector.Tests.Shared;

/// <summary>Counts what it is offered.</summary>
sealed class CountingConsumer : IBatchConsumer
{
    long _records;

    public long Records => Interlocked.Read(ref _records);

    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        Interlocked.Add(ref _records, batch.Count);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Lets the pipeline wait until it is opened.</summary>
sealed class ClosedConsumer : IBatchConsumer
{
    readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    public ValueTask OfferAsync(ClassifiedBatch batch) => new(_open.Task);
}

/// <summary>Has a bug.</summary>
sealed class FailingConsumer : IBatchConsumer
{
    public ValueTask OfferAsync(ClassifiedBatch batch) => throw new InvalidOperationException("told to fail");
}

/// <summary>Loses the first record of every batch.</summary>
sealed class LosingConsumer : IBatchConsumer
{
    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        batch.Lose(1, "output:losing", "refused");
        return ValueTask.CompletedTask;
    }
}

/// <summary>Keeps the worker's thread until it is released, as a bug would: of every batch or of the first.</summary>
sealed class HungConsumer(bool isFirstOnly = false) : IBatchConsumer, IDisposable
{
    readonly ManualResetEventSlim _released = new();
    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the first batch has come.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.Set();

    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        if (_reached.TrySetResult() || !isFirstOnly)
        {
            _released.Wait();
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _released.Dispose();
}
