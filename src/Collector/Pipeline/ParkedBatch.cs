using Classifier;

namespace Collector.Pipeline;

/// <summary>A batch that waits for the model. Stands between the batch and the inference threads: an answer that comes too late finds nobody at home.</summary>
sealed class ParkedBatch(Action<ClassifiedBatch> ready) : IVerdictWaiter
{
    readonly Lock _lock = new();
    ClassifiedBatch? _batch;
    int _missing;

    /// <summary><see cref="TimeProvider.GetTimestamp"/> when it was parked.</summary>
    public long Since { get; private set; }

    /// <summary>Before the first record is looked up: nothing can complete until <see cref="Leave"/>.</summary>
    public void Enter(ClassifiedBatch batch, long now)
    {
        lock (_lock)
        {
            _batch = batch;
            _missing = batch.Count + 1;
            Since = now;
        }
    }

    /// <summary>After the last record: only the pending ones are still missing.</summary>
    /// <returns>The batch when nothing is; null while it waits.</returns>
    public ClassifiedBatch? Leave(int pending)
    {
        lock (_lock)
        {
            _missing -= _batch!.Count + 1 - pending;
            if (_missing == 0)
            {
                return Take();
            }

            _batch.Place = this;
            return null;
        }
    }

    /// <summary>Ends the wait: what is missing keeps the fallback verdict.</summary>
    /// <returns>The batch; null when it has gone already.</returns>
    public ClassifiedBatch? Expire()
    {
        lock (_lock)
        {
            return Take();
        }
    }

    public void OnVerdict(int index, in Verdict verdict)
    {
        ClassifiedBatch? complete = null;
        lock (_lock)
        {
            if (_batch is null)
            {
                return;
            }

            _batch.Verdicts[index] = verdict;
            if (--_missing == 0)
            {
                complete = Take();
            }
        }

        if (complete is not null)
        {
            ready(complete);
        }
    }

    ClassifiedBatch? Take()
    {
        ClassifiedBatch? batch = _batch;
        _batch = null;
        batch?.Place = null;
        return batch;
    }
}
