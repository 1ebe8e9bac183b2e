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
    int _spooled;
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

    /// <summary>An output has put records on disk, from where they are counted on its own account.</summary>
    /// <returns>How many of them are not on the account of another output's disk already: those are now the caller's to deliver or drop in the ledger.</returns>
    public int MoveToSpool(int spooled)
    {
        lock (_lossLock)
        {
            int moved = Math.Clamp(records - _lost - _spooled, 0, spooled);
            _spooled += moved;
            return moved;
        }
    }

    /// <summary>The disk did not take them after all.</summary>
    /// <param name="moved">What <see cref="MoveToSpool"/> returned.</param>
    public void TakeBack(int moved)
    {
        lock (_lossLock)
        {
            _spooled -= moved;
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

        // A record that one output has on disk and another has lost is in one column: the disk's.
        int lost = Math.Min(_lost, records - _spooled);
        if (lost > 0)
        {
            ledger?.Drop(lost, _lostStage, _lostReason);
        }

        ledger?.Deliver(records - lost - _spooled);
        acknowledgement?.OnReleased(_lost);
    }
}
