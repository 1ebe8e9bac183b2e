using System.Collections.Concurrent;
using System.Threading.Channels;
using Collector.Configuration;

namespace Collector.Pipeline;

/// <summary>The batches that wait for the model, bounded in memory and in time, and the way back for those that have their verdicts.</summary>
sealed class ParkingLot(PipelineOptions options, TimeProvider time)
{
    readonly ConcurrentQueue<ParkedBatch> _parked = [];
    readonly Channel<ClassifiedBatch> _ready = Channel.CreateUnbounded<ClassifiedBatch>();
    long _bytes;

    /// <summary>Batches whose verdicts are complete, or whose wait is over. Completed by <see cref="CloseAsync"/>.</summary>
    public ChannelReader<ClassifiedBatch> Ready => _ready.Reader;

    /// <summary>Memory of what waits, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>A place for this batch; null when the lot is full or waiting is switched off.</summary>
    /// <param name="batch">The batch that may have to wait.</param>
    /// <param name="spare">A place that was not needed last time.</param>
    public ParkedBatch? TryEnter(ClassifiedBatch batch, ref ParkedBatch? spare)
    {
        if (options.WaitMax == TimeSpan.Zero || Bytes + batch.MemoryBytes > options.ParkedBytesMax)
        {
            return null;
        }

        ParkedBatch place = spare ?? new ParkedBatch(OnReady);
        spare = null;
        place.Enter(batch, time.GetTimestamp());
        return place;
    }

    /// <summary>Ends the look-up of a batch that has a place.</summary>
    /// <returns>True when nothing is missing: the batch goes on and the place is free. False: it waits, and comes back through <see cref="Ready"/>.</returns>
    public bool TryLeave(ParkedBatch place, int pending)
    {
        if (pending == 0)
        {
            place.Leave(0);
            return true;
        }

        // Counted before the last answer can take it off again.
        Interlocked.Add(ref _bytes, place.Bytes);
        if (place.Leave(pending) is { } complete)
        {
            OnReady(place, complete);
        }
        else
        {
            _parked.Enqueue(place);
        }

        return false;
    }

    /// <summary>Sends on what has waited too long, until cancelled.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        // A twentieth of the wait: nobody waits more than 5 % too long.
        TimeSpan period = TimeSpan.FromMilliseconds(Math.Clamp(options.WaitMax.TotalMilliseconds / 20, 5, 1000));
        using PeriodicTimer timer = new(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                ExpireOlderThan(options.WaitMax);
            }
        }
        catch (OperationCanceledException)
        {
            // The owner stops us so.
        }
    }

    /// <summary>Waits until all have their verdicts, at most until the deadline, then sends the rest on with the fallback and closes <see cref="Ready"/>.</summary>
    public async Task CloseAsync(CancellationToken deadline)
    {
        try
        {
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10), time);
            while (Bytes > 0 && await timer.WaitForNextTickAsync(deadline).ConfigureAwait(false))
            {
                ExpireOlderThan(options.WaitMax);
            }
        }
        catch (OperationCanceledException)
        {
            // The grace period is over: on with the fallback.
        }

        ExpireOlderThan(TimeSpan.MinValue);
        _ready.Writer.TryComplete();
    }

    void ExpireOlderThan(TimeSpan age)
    {
        while (_parked.TryPeek(out ParkedBatch? place) && time.GetElapsedTime(place.Since) > age)
        {
            // Only this task dequeues, so it is the one that was looked at; it has gone on already when its answers came.
            _parked.TryDequeue(out place);
            if (place!.Expire() is { } batch)
            {
                OnReady(place, batch);
            }
        }
    }

    void OnReady(ParkedBatch place, ClassifiedBatch batch)
    {
        Interlocked.Add(ref _bytes, -place.Bytes);
        _ready.Writer.TryWrite(batch);
    }
}
