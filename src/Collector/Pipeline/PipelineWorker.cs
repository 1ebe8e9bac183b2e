using Classifier;

namespace Collector.Pipeline;

/// <summary>Takes batches as they come in, asks the classifier about each record, and hands them to the outputs in the order of their lanes.</summary>
sealed class PipelineWorker(LogClassifier classifier, ParkingLot parkingLot, Judge judge, OutputFan outputs, TimeProvider time)
{
    ParkedBatch? _spare;

    // Read by the watchdog; 0 between two batches.
    long _busySince;

    /// <summary>It has been at one batch for longer than this.</summary>
    public bool IsBusyFor(TimeSpan age) => Volatile.Read(ref _busySince) is var since and not 0 && time.GetElapsedTime(since) > age;

    /// <summary>Runs until the intake is completed and empty.</summary>
    public async Task RunAsync(IntakeQueue intake)
    {
        while (await intake.TakeAsync().ConfigureAwait(false) is { } batch)
        {
            await WorkAsync(batch).ConfigureAwait(false);
        }
    }

    /// <summary>All that is to be done with one batch, unless it has to wait for the model. One caller at a time.</summary>
    public async ValueTask WorkAsync(ClassifiedBatch batch)
    {
        Volatile.Write(ref _busySince, time.GetTimestamp());
        if (Classify(batch))
        {
            await FinishAsync(batch, canWait: true).ConfigureAwait(false);
        }

        Volatile.Write(ref _busySince, 0);
    }

    /// <summary>Hands on the batches that waited for the model, until the parking lot is closed.</summary>
    public async Task RunReadyAsync()
    {
        await foreach (ClassifiedBatch batch in parkingLot.Ready.ReadAllAsync().ConfigureAwait(false))
        {
            Volatile.Write(ref _busySince, time.GetTimestamp());
            // Here nobody waits for room: what comes this way is what the others wait for.
            await FinishAsync(batch, canWait: false).ConfigureAwait(false);
            Volatile.Write(ref _busySince, 0);
        }
    }

    async ValueTask FinishAsync(ClassifiedBatch batch, bool canWait)
    {
        judge.Finish(batch);
        if (batch.Lane is not Lane lane)
        {
            await HandOnAsync(batch).ConfigureAwait(false);
            return;
        }

        if (!lane.TryTakeTurn(batch, parkingLot, out long position))
        {
            if (canWait)
            {
                await MakeRoomAsync(lane, position).ConfigureAwait(false);
            }

            return;
        }

        for (ClassifiedBatch? next = batch; next is not null; next = lane.TakeNext())
        {
            await HandOnAsync(next).ConfigureAwait(false);
            Volatile.Write(ref _busySince, time.GetTimestamp());
        }
    }

    ValueTask HandOnAsync(ClassifiedBatch batch)
    {
        parkingLot.Discount(batch);
        return outputs.HandOnAsync(batch);
    }

    /// <summary>
    /// A batch of ours waits behind others. When there is no room for that, those wait no longer for the model; and as long as an output holds up the lane
    /// we take no more, as if we handed on ourselves: filling the parking lot would only cost verdicts.
    /// </summary>
    async ValueTask MakeRoomAsync(Lane lane, long position)
    {
        while ((parkingLot.IsFull || outputs.IsWaiting)
            && lane.Ahead(position, out ParkedBatch? parked, out bool isMoving) is { } moved
            && (parkingLot.IsFull || isMoving))
        {
            if (parked?.Expire() is { } late)
            {
                await FinishAsync(late, canWait: false).ConfigureAwait(false);
            }
            else
            {
                await moved.ConfigureAwait(false);
            }
        }
    }

    /// <returns>False: the batch waits for the model and is no longer ours.</returns>
    bool Classify(ClassifiedBatch batch)
    {
        batch.PrepareVerdicts();
        batch.Model = classifier.ModelName;
        ParkedBatch? place = parkingLot.TryEnter(batch, ref _spare);
        int pending = classifier.Classify(new BatchTexts(batch), place, batch.Verdicts);
        if (place is null)
        {
            return true;
        }

        bool complete = parkingLot.TryLeave(place, batch, pending);
        if (complete)
        {
            _spare = place;
        }

        return complete;
    }
}
