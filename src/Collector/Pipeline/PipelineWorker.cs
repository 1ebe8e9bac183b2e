using Classifier;
using Receivers;

namespace Collector.Pipeline;

/// <summary>Takes batches from the intake, asks the classifier about each record, and hands them to the outputs.</summary>
sealed class PipelineWorker(IntakeQueue intake, LogClassifier classifier, ParkingLot parkingLot, Judge judge, OutputFan outputs)
{
    ParkedBatch? _spare;

    /// <summary>Runs until the intake is completed and empty.</summary>
    public async Task RunAsync()
    {
        while (await intake.TakeAsync().ConfigureAwait(false) is { } batch)
        {
            if (Classify(batch))
            {
                judge.Finish(batch);
                await outputs.HandOnAsync(batch).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Hands on the batches that waited for the model, until the parking lot is closed.</summary>
    public async Task RunReadyAsync()
    {
        await foreach (ClassifiedBatch batch in parkingLot.Ready.ReadAllAsync().ConfigureAwait(false))
        {
            judge.Finish(batch);
            await outputs.HandOnAsync(batch).ConfigureAwait(false);
        }
    }

    /// <returns>False: the batch waits for the model and is no longer ours.</returns>
    bool Classify(ClassifiedBatch batch)
    {
        batch.PrepareVerdicts();
        batch.Model = classifier.ModelName;
        ParkedBatch? place = parkingLot.TryEnter(batch, ref _spare);
        Span<LogRecord> records = batch.Records;
        Span<Verdict> verdicts = batch.Verdicts;
        int pending = 0;
        for (int i = 0; i < records.Length; i++)
        {
            ref LogRecord record = ref records[i];
            ClassifyStatus status = classifier.Classify(
                batch[record.AppName], batch[record.Body], record.SeverityNumber, place, i, out verdicts[i]);
            pending += status == ClassifyStatus.Pending ? 1 : 0;
        }

        if (place is null)
        {
            return true;
        }

        bool complete = parkingLot.TryLeave(place, pending);
        if (complete)
        {
            _spare = place;
        }

        return complete;
    }
}
