using System.Diagnostics.CodeAnalysis;

namespace Collector.Pipeline;

/// <summary>Workers without a thread of their own: who brings a batch and has nothing else to do works with one of them.</summary>
/// <remarks>Safe on any thread.</remarks>
sealed class SpareWorkers
{
    readonly Lock _lock = new();
    readonly Stack<PipelineWorker> _free;
    readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _taken;
    bool _isClosed;
    volatile Exception? _fault;

    /// <param name="workers">How many may work at once.</param>
    public SpareWorkers(IEnumerable<PipelineWorker> workers) => _free = new Stack<PipelineWorker>(workers);

    /// <summary>Why one of them is gone; null while all are well.</summary>
    public Exception? Fault => _fault;

    /// <returns>False when all are at work; else <see cref="Work"/> is owed.</returns>
    public bool TryTake([NotNullWhen(true)] out PipelineWorker? worker)
    {
        worker = null;
        lock (_lock)
        {
            if (_isClosed || !_free.TryPop(out worker))
            {
                return false;
            }

            _taken++;
            return true;
        }
    }

    /// <summary>Does the work on this thread; what has to wait for an output is done later, on another.</summary>
    public void Work(PipelineWorker worker, ClassifiedBatch batch) => _ = WorkAsync(worker, batch);

    /// <summary>Nobody is given one any more.</summary>
    /// <returns>Ends when the last is back.</returns>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            EndIfClosed();
        }

        return _closed.Task;
    }

    async Task WorkAsync(PipelineWorker worker, ClassifiedBatch batch)
    {
        Exception? fault = null;
        try
        {
            await worker.WorkAsync(batch).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            fault = e;
        }

        lock (_lock)
        {
            _taken--;
            if (fault is null)
            {
                _free.Push(worker);
            }
            else
            {
                _fault ??= fault;
            }

            EndIfClosed();
        }
    }

    void EndIfClosed()
    {
        if (!_isClosed || _taken > 0)
        {
            return;
        }

        if (_fault is null)
        {
            _closed.TrySetResult();
        }
        else
        {
            _closed.TrySetException(_fault);
        }
    }
}
