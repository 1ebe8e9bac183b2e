using System.Text;
using Tests.Shared;

namespace Receivers.Tests.Syslog;

/// <summary>A sink that keeps what it gets as text, and can be full or make its callers wait.</summary>
sealed class GatheringSink(RecordBatchPool? pool = null) : IRecordSink
{
    readonly Lock _lock = new();
    readonly List<Gathered> _records = [];
    readonly Dictionary<string, int> _discarded = [];
    readonly List<RecordBatch> _held = [];
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TaskCompletionSource? _gate;

    public RecordBatchPool Pool { get; } = pool ?? new RecordBatchPool();

    public bool IsCongested { get; set; }

    /// <summary>True to have no room for who cannot wait.</summary>
    public bool IsFull { get; set; }

    public int Batches { get; private set; }

    public int LargestBatch { get; private set; }

    /// <summary>True to keep batches until <see cref="ReleaseHeld"/>, as a slow output does.</summary>
    public bool IsHolding { get; set; }

    public IReadOnlyList<Gathered> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>How many there are, without a copy of all.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _records.Count;
            }
        }
    }

    public int Discarded(string reason)
    {
        lock (_lock)
        {
            return _discarded.GetValueOrDefault(reason);
        }
    }

    /// <summary>From now on posts wait until <see cref="Open"/>.</summary>
    public void Shut() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        TaskCompletionSource? gate = _gate;
        _gate = null;
        gate?.SetResult();
    }

    public void ReleaseHeld()
    {
        IsHolding = false;
        lock (_lock)
        {
            _held.ForEach(b => b.Release());
            _held.Clear();
        }
    }

    public bool TryPost(RecordBatch batch)
    {
        if (IsFull)
        {
            return false;
        }

        Take(batch);
        return true;
    }

    public async ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        if (_gate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        Take(batch);
    }

    public void Discard(RecordBatch batch, string reason)
    {
        lock (_lock)
        {
            _discarded[reason] = _discarded.GetValueOrDefault(reason) + batch.Count;
        }

        batch.Release();
        Changed();
    }

    /// <summary>The records once there are so many.</summary>
    public Task<IReadOnlyList<Gathered>> WaitForAsync(int count) => WaitUntilAsync(() => Count >= count, () => $"{Count} of {count} records");

    /// <summary>Waits for a state of the outside that changes with or shortly after a post.</summary>
    public async Task<IReadOnlyList<Gathered>> WaitUntilAsync(Func<bool> isReached, Func<string> state)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            Task changed = Volatile.Read(ref _changed).Task;
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(20)));
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Long, $"not reached in {Patience.Long.TotalSeconds} s: {state()}");
        }

        return Records;
    }

    void Take(RecordBatch batch)
    {
        bool isHeld = IsHolding;
        lock (_lock)
        {
            Batches++;
            LargestBatch = Math.Max(LargestBatch, batch.Count);
            foreach (ref LogRecord record in batch.Records)
            {
                _records.Add(new Gathered(
                    Encoding.Latin1.GetString(batch[record.Body]), Encoding.Latin1.GetString(batch[record.Hostname]), Encoding.Latin1.GetString(batch[record.AppName]),
                    Encoding.Latin1.GetString(batch[record.Original]), record.Marks, batch.Sources[record.Source].Peer, batch.Transport, record, batch.Lane));
            }

            if (isHeld)
            {
                _held.Add(batch);
            }
        }

        if (!isHeld)
        {
            batch.Release();
        }

        Changed();
    }

    void Changed() => Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}

/// <summary>One record that came through.</summary>
sealed record Gathered(string Body, string Host, string App, string Original, ParseMarks Marks, PeerAddress Peer, string Transport, LogRecord Record, RecordLane? Lane);
