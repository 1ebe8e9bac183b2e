using System.Diagnostics;
using Receivers;

namespace Collector.Pipeline;

/// <summary>Where the records of one batch went, kept apart from the batch so that its memory can go back to the pool earlier.</summary>
/// <remarks>
/// Reference-counted by the batch itself and by everyone who holds a copy of its records. With the last release the ledger is written and the
/// sender is told. Safe on any thread.
/// </remarks>
sealed class BatchBooks(Ledger? ledger, int records, IAcknowledgement? acknowledgement)
{
    readonly Lock _lossLock = new();
    int _references = 1;
    int _lost;
    string _lostStage = "";
    string _lostReason = "";

    public void Retain() => Interlocked.Increment(ref _references);

    /// <summary>As <see cref="ClassifiedBatch.Lose"/>: of several outputs the largest loss counts.</summary>
    public void Lose(int lost, string stage, string reason)
    {
        lock (_lossLock)
        {
            if (lost > _lost)
            {
                (_lost, _lostStage, _lostReason) = (lost, stage, reason);
            }
        }
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Debug.Assert(left >= 0, "released twice");
        if (left > 0)
        {
            return;
        }

        if (_lost > 0)
        {
            ledger?.Drop(_lost, _lostStage, _lostReason);
        }

        ledger?.Deliver(records - _lost);
        acknowledgement?.OnReleased(_lost);
    }
}
