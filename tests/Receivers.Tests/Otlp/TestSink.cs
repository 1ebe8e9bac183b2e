using Tests.Shared;

namespace Receivers.Tests.Otlp;

/// <summary>The pipeline's place: takes batches, or is as full or as broken as a test needs it.</summary>
sealed class TestSink : IRecordSink
{
    readonly Lock _lock = new();
    readonly List<RecordBatch> _batches = [];
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _room = int.MaxValue;

    public RecordBatchPool Pool { get; } = new();

    public bool IsCongested { get; set; }

    public bool IsBroken { get; set; }

    /// <summary>Batches that still fit.</summary>
    public int Room
    {
        get => _room;
        set
        {
            lock (_lock)
            {
                _room = value;
                Change();
            }
        }
    }

    public IReadOnlyList<RecordBatch> Batches
    {
        get
        {
            lock (_lock)
            {
                return [.. _batches];
            }
        }
    }

    public int RecordCount => Batches.Sum(batch => batch.Count);

    public int Waiting { get; private set; }

    public bool TryPost(RecordBatch batch)
    {
        lock (_lock)
        {
            if (IsBroken)
            {
                throw new InvalidOperationException("The sink is broken.");
            }

            if (_room <= 0)
            {
                return false;
            }

            _room--;
            _batches.Add(batch);
            Change();
            return true;
        }
    }

    public async ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        while (!TryPost(batch))
        {
            Task changed;
            lock (_lock)
            {
                Waiting++;
                Change();
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public void Discard(RecordBatch batch, string reason) => throw new InvalidOperationException("OTLP refuses; it does not drop.");

    /// <summary>Waits until the sink is as described; fails when that takes too long.</summary>
    public async Task UntilAsync(Func<TestSink, bool> condition)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (condition(this))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(deadline.Token);
        }
    }

    void Change()
    {
        TaskCompletionSource old = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        old.TrySetResult();
    }
}
