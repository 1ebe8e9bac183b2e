using System.Threading.Channels;
using Receivers;

namespace Collector.Pipeline;

/// <summary>The batches of one connection between the intake and the outputs, which they leave in the order in which they came.</summary>
/// <remarks>
/// Workers finish batches in any order; a finished one waits here until those before it have gone. One at a time hands on: who finishes the first, and
/// with it those behind it that are finished already. Two short locks a batch, and nothing is allocated: the batches link themselves. Safe on any thread.
/// </remarks>
sealed class Lane : RecordLane
{
    readonly Lock _lock = new();
    ClassifiedBatch? _first;
    ClassifiedBatch? _last;
    long _entered;
    long _gone;
    bool _isMoving;
    TaskCompletionSource? _moved;

    /// <summary>Puts the batch into the intake's queue, and behind those of its lane.</summary>
    /// <returns>False when the queue is closed.</returns>
    public bool TryEnter(ClassifiedBatch batch, ChannelWriter<ClassifiedBatch> queue)
    {
        lock (_lock)
        {
            // Under the lock: with one order here and in the queue, who has taken a batch never waits for one that is still in there.
            if (!queue.TryWrite(batch))
            {
                return false;
            }

            Append(batch);
            return true;
        }
    }

    /// <summary>Puts a batch that was in no queue behind those of its lane. None of them may be in the queue.</summary>
    public void Enter(ClassifiedBatch batch)
    {
        lock (_lock)
        {
            Append(batch);
        }
    }

    /// <summary>The verdicts of a batch are final.</summary>
    /// <param name="batch">No longer the caller's when the answer is no.</param>
    /// <param name="parkingLot">Where it counts while it waits.</param>
    /// <param name="position">Its place in the lane.</param>
    /// <returns>True: the caller hands it on, then what <see cref="TakeNext"/> gives, until that is null. False: another will.</returns>
    public bool TryTakeTurn(ClassifiedBatch batch, ParkingLot parkingLot, out long position)
    {
        lock (_lock)
        {
            position = batch.Position;
            if (_isMoving || _first != batch)
            {
                parkingLot.Count(batch);
                batch.IsFinished = true;
                return false;
            }

            _isMoving = true;
            TakeFirst(batch);
            return true;
        }
    }

    /// <summary>After a batch was handed on.</summary>
    /// <returns>The next that is finished; null ends the caller's turn.</returns>
    public ClassifiedBatch? TakeNext()
    {
        TaskCompletionSource? moved;
        ClassifiedBatch? next = null;
        lock (_lock)
        {
            _gone++;
            (moved, _moved) = (_moved, null);
            if (_first is { IsFinished: true } first)
            {
                next = first;
                TakeFirst(first);
            }
            else
            {
                _isMoving = false;
            }
        }

        moved?.SetResult();
        return next;
    }

    /// <summary>Asks what holds up a batch. Allocates, so only for who has a reason to wait.</summary>
    /// <param name="position">From <see cref="TryTakeTurn"/>.</param>
    /// <param name="parked">Null unless the first in the lane waits for the model.</param>
    /// <param name="isMoving">The first is being handed on.</param>
    /// <returns>Ends when the lane has moved; null when the batch is gone already.</returns>
    public Task? Ahead(long position, out ParkedBatch? parked, out bool isMoving)
    {
        lock (_lock)
        {
            isMoving = _isMoving;
            parked = isMoving ? null : _first?.Place;
            if (position < _gone)
            {
                return null;
            }

            _moved ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _moved.Task;
        }
    }

    void Append(ClassifiedBatch batch)
    {
        batch.Position = _entered++;
        if (_last is null)
        {
            _first = batch;
        }
        else
        {
            _last.NextInLane = batch;
        }

        _last = batch;
    }

    void TakeFirst(ClassifiedBatch batch)
    {
        _first = batch.NextInLane;
        if (_first is null)
        {
            _last = null;
        }

        batch.NextInLane = null;
        batch.IsFinished = false;
    }
}
