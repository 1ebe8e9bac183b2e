using System.Collections.Concurrent;
using System.Threading.Channels;
using Collector.Configuration;

namespace Collector.Pipeline;

/// <summary>The batches that wait for the model, or behind such a one in their lane, bounded in memory and in time, and the way back for those that have their verdicts.</summary>
sealed class ParkingLot(PipelineOptions options, TimeProvider time)
{
    readonly ConcurrentQueue<ParkedBatch> _parked = [];
    readonly Channel<ClassifiedBatch> _ready = Channel.CreateUnbounded<ClassifiedBatch>();
    long _bytes;

    /// <summary>Batches whose verdicts are complete, or whose wait is over. Completed by <see cref="CloseAsync"/>.</summary>
    public ChannelReader<ClassifiedBatch> Ready => _ready.Reader;

    /// <summary>Memory of what waits, in bytes. Full, it is above its bound by one batch of each worker at most.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>What waits has to go on, with the fallback where the model has not answered.</summary>
    public bool IsFull => Bytes > options.ParkedBytesMax;

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
    public bool TryLeave(ParkedBatch place, ClassifiedBatch batch, int pending)
    {
        if (pending == 0)
        {
            place.Leave(0);
            return true;
        }

        // Counted before the last answer can take it off again.
        Count(batch);
        if (place.Leave(pending) is { } complete)
        {
            OnReady(complete);
        }
        else
        {
            _parked.Enqueue(place);
        }

        return false;
    }

    /// <summary>The batch waits from now on, unless it does already.</summary>
    public void Count(ClassifiedBatch batch)
    {
        if (!batch.IsInLot)
        {
            batch.IsInLot = true;
            Interlocked.Add(ref _bytes, batch.MemoryBytes);
        }
    }

    /// <summary>The batch goes on.</summary>
    public void Discount(ClassifiedBatch batch)
    {
        if (batch.IsInLot)
        {
            batch.IsInLot = false;
            Interlocked.Add(ref _bytes, -batch.MemoryBytes);
        }
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
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10), time);
        while (Bytes > 0)
        {
            ExpireOlderThan(deadline.IsCancellationRequested ? TimeSpan.MinValue : options.WaitMax);
            await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false);
        }

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
                OnReady(batch);
            }
        }
    }

    void OnReady(ClassifiedBatch batch) => _ready.Writer.TryWrite(batch);
}
