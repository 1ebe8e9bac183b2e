using System.Threading.Channels;
using Receivers;

namespace Collector.Pipeline;

/// <summary>The bounded queue between receivers and workers, bounded by the memory of what waits in it.</summary>
/// <remarks>
/// Full: <see cref="TryPost"/> says no (UDP drops and counts, OTLP answers "try later") and <see cref="PostAsync"/> waits. TCP asks for its turn before it
/// reads and has none while half is full, so the sender feels it. One batch is always let in, however large, so that no batch can wait for ever.
/// </remarks>
sealed class IntakeQueue(Ledger ledger, long bytesMax, SpareWorkers? spare = null) : IRecordSink
{
    /// <summary>Stage name in the ledger.</summary>
    public const string Stage = "intake";

    readonly Channel<ClassifiedBatch> _channel = Channel.CreateUnbounded<ClassifiedBatch>();
    readonly Lock _lock = new();
    readonly Queue<TaskCompletionSource> _waiters = [];
    readonly Queue<TaskCompletionSource> _line = [];
    int _lineLength;
    bool _isCalling;
    long _bytes;
    long _patientBytes;
    long _taken;

    public RecordBatchPool Pool { get; } = new ClassifiedBatchPool(ledger);

    /// <summary>Memory of what waits, in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Batches that workers have begun with since the start.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    // A quarter is left for senders that cannot wait.
    public bool IsCongested => Bytes > bytesMax - (bytesMax / 4);

    // Of those who can wait, what has been posted or is about to be: the other half is left for who cannot, and these cannot keep the line from moving.
    bool HasTurns => Interlocked.Read(ref _patientBytes) <= bytesMax / 2;

    public RecordLane OpenLane() => new Lane();

    public bool TryPost(RecordBatch batch)
    {
        if (!TryReserve(batch.MemoryBytes))
        {
            return false;
        }

        Enter((ClassifiedBatch)batch);
        return true;
    }

    public bool TryWork(RecordBatch batch)
    {
        // What waits came first; and so a lane has nothing in the queue when a batch of it passes by.
        if (spare is null || batch.Count == 0 || Bytes > 0 || !spare.TryTake(out PipelineWorker? worker))
        {
            return false;
        }

        ClassifiedBatch classified = (ClassifiedBatch)batch;
        ledger.Enter(classified.Count);
        Interlocked.Increment(ref _taken);
        (classified.Lane as Lane)?.Enter(classified);
        spare.Work(worker, classified);
        return true;
    }

    public ValueTask WaitForTurnAsync(CancellationToken cancellationToken) =>
        HasTurns && Volatile.Read(ref _lineLength) == 0 ? ValueTask.CompletedTask : LineUpAsync(cancellationToken);

    public async ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        long bytes = batch.MemoryBytes;
        Interlocked.Add(ref _patientBytes, bytes);
        ClassifiedBatch classified = (ClassifiedBatch)batch;
        classified.IsPatient = true;
        try
        {
            while (!TryReserve(bytes))
            {
                Task room = WaitForRoom(bytes);
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            LeavePatient(classified);
            lock (_lock)
            {
                CallNext();
            }

            throw;
        }

        Enter(classified);
    }

    public void Discard(RecordBatch batch, string reason)
    {
        ClassifiedBatch classified = (ClassifiedBatch)batch;
        ledger.Enter(classified.Count);
        classified.Lose(classified.Count, Stage, reason);
        classified.Release();
    }

    /// <summary>The next batch; null when the queue was completed and is empty. The caller owns it.</summary>
    public async ValueTask<ClassifiedBatch?> TakeAsync()
    {
        while (await _channel.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (_channel.Reader.TryRead(out ClassifiedBatch? batch))
            {
                GiveBack(batch);
                Interlocked.Increment(ref _taken);
                return batch;
            }
        }

        return null;
    }

    /// <summary>No more will be posted: the workers end when the queue is empty.</summary>
    public void Complete() => _channel.Writer.TryComplete();

    void Enter(ClassifiedBatch batch)
    {
        if (batch.Count == 0)
        {
            GiveBack(batch);
            batch.Release();
            return;
        }

        ledger.Enter(batch.Count);
        if (!(batch.Lane is Lane lane ? lane.TryEnter(batch, _channel.Writer) : _channel.Writer.TryWrite(batch)))
        {
            // Completed: a receiver that posts after the stop. Counted, not lost.
            GiveBack(batch);
            batch.Lose(batch.Count, Stage, DropReasons.Shutdown);
            batch.Release();
        }
    }

    bool TryReserve(long bytes)
    {
        long before = Interlocked.Read(ref _bytes);
        while (before == 0 || before + bytes <= bytesMax)
        {
            long seen = Interlocked.CompareExchange(ref _bytes, before + bytes, before);
            if (seen == before)
            {
                return true;
            }

            before = seen;
        }

        return false;
    }

    Task WaitForRoom(long bytes)
    {
        TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            // Looked at again under the lock: room that was made in between has told nobody.
            long now = Interlocked.Read(ref _bytes);
            if (now == 0 || now + bytes <= bytesMax)
            {
                return Task.CompletedTask;
            }

            _waiters.Enqueue(waiter);
        }

        return waiter.Task;
    }

    void GiveBack(ClassifiedBatch batch)
    {
        Interlocked.Add(ref _bytes, -batch.MemoryBytes);
        LeavePatient(batch);
        lock (_lock)
        {
            // All of them: who finds no room waits again. They are few, since most wait in line, and this is the path under pressure only.
            while (_waiters.TryDequeue(out TaskCompletionSource? waiter))
            {
                waiter.TrySetResult();
            }

            CallNext();
        }
    }

    void LeavePatient(ClassifiedBatch batch)
    {
        if (batch.IsPatient)
        {
            batch.IsPatient = false;
            Interlocked.Add(ref _patientBytes, -batch.MemoryBytes);
        }
    }

    async ValueTask LineUpAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _line.Enqueue(turn);
            CallNext();
        }

        using (cancellationToken.UnsafeRegister(static turn => ((TaskCompletionSource)turn!).TrySetCanceled(), turn))
        {
            await turn.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (turn.Task.IsCompletedSuccessfully)
        {
            lock (_lock)
            {
                _isCalling = false;
                CallNext();
            }
        }
    }

    /// <summary>Calls who is first in line, who calls the next when it begins: so of thousands no more are under way than there are threads for.</summary>
    // Under the lock.
    void CallNext()
    {
        while (!_isCalling && HasTurns && _line.TryDequeue(out TaskCompletionSource? turn))
        {
            // No when its wait was cancelled.
            _isCalling = turn.TrySetResult();
        }

        Volatile.Write(ref _lineLength, _line.Count);
    }
}
