using Classifier;
using Collector.Configuration;
using Receivers;

namespace Collector.Pipeline;

/// <summary>The middle of a record's way: intake, workers, parking lot, outputs. Owns the tasks and awaits them at the stop.</summary>
sealed class RecordPipeline : IDisposable
{
    // A large batch of long lines takes milliseconds.
    static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(30);

    readonly CancellationTokenSource _expiry = new();
    readonly IntakeQueue _intake;
    readonly ParkingLot _parkingLot;
    readonly PipelineWorker[] _workers;
    readonly SpareWorkers _spare;
    readonly PipelineOptions _options;
    readonly OutputFan _outputs;
    readonly List<Task> _workerTasks = [];
    Task _readyTask = Task.CompletedTask;
    Task _expiryTask = Task.CompletedTask;
    long _takenAtLastLook;

    /// <param name="options">Sizes.</param>
    /// <param name="ledger">Where every record is counted.</param>
    /// <param name="classifier">Started by the caller.</param>
    /// <param name="judges">Makes a judge for each worker.</param>
    /// <param name="outputs">Where finished batches go.</param>
    /// <param name="time">Clock of the waits.</param>
    public RecordPipeline(
        PipelineOptions options, Ledger ledger, LogClassifier classifier, Func<Judge> judges, OutputFan outputs, TimeProvider time)
    {
        _options = options;
        _outputs = outputs;
        _parkingLot = new ParkingLot(options, time);
        // A task for each worker, one that hands on what waited for the model, and as many as workers that have no task.
        _workers = [.. Enumerable.Range(0, (2 * options.Workers) + 1).Select(_ => new PipelineWorker(classifier, _parkingLot, judges(), outputs, time))];
        _spare = new SpareWorkers(_workers.Skip(options.Workers + 1));
        _intake = new IntakeQueue(ledger, options.IntakeBytesMax, _spare);
    }

    /// <summary>Where receivers post.</summary>
    public IRecordSink Sink => _intake;

    /// <summary>Memory of batches that wait for a worker, in bytes.</summary>
    public long IntakeBytes => _intake.Bytes;

    /// <summary>Memory of batches that wait for the model, in bytes.</summary>
    public long ParkedBytes => _parkingLot.Bytes;

    /// <summary>Null while all tasks run; else which one ended and why.</summary>
    public string? Problem => (_workerTasks.Append(_readyTask).FirstOrDefault(t => t.IsFaulted)?.Exception?.GetBaseException() ?? _spare.Fault) is { } failure
        ? "a pipeline task failed: " + failure.Message
        : null;

    /// <summary>
    /// It has moved on since it was asked last and no worker hangs in a batch, or no progress is expected: nothing waits, or a full output holds up what does.
    /// For the watchdog; one caller.
    /// </summary>
    public bool IsProgressing()
    {
        long taken = _intake.Taken;
        bool isProgressing = Problem is null
            && (_outputs.IsWaiting || ((taken != _takenAtLastLook || _intake.Bytes == 0) && !_workers.Any(w => w.IsBusyFor(HungAfter))));
        _takenAtLastLook = taken;
        return isProgressing;
    }

    public void Start()
    {
        foreach (PipelineWorker worker in _workers.AsSpan(0, _options.Workers))
        {
            _workerTasks.Add(Task.Run(() => worker.RunAsync(_intake)));
        }

        _readyTask = Task.Run(_workers[_options.Workers].RunReadyAsync);
        _expiryTask = Task.Run(() => _parkingLot.ExpireAsync(_expiry.Token));
    }

    /// <summary>Works off what was posted. Call when no receiver posts any more.</summary>
    /// <param name="deadline">Cancelled when waiting for the model has to end.</param>
    public async Task StopAsync(CancellationToken deadline)
    {
        _intake.Complete();
        await Task.WhenAll(_workerTasks.Append(_spare.CloseAsync())).ConfigureAwait(false);
        await _expiry.CancelAsync().ConfigureAwait(false);
        await _expiryTask.ConfigureAwait(false);
        await _parkingLot.CloseAsync(deadline).ConfigureAwait(false);
        await _readyTask.ConfigureAwait(false);
    }

    public void Dispose() => _expiry.Dispose();
}
