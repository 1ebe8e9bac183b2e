using System.Collections.Concurrent;

namespace Collector.Outputs;

/// <summary>The books of one output: <c>selected = delivered + failed + dropped{reason} + queued</c>, in records.</summary>
/// <remarks>Counted once a batch; read on any thread. The sum is exact at rest, and while counting goes on it may be off by what is just moving.</remarks>
sealed class OutputStatistics(string output)
{
    readonly ConcurrentDictionary<string, long> _dropped = new(StringComparer.Ordinal);
    long _selected;
    long _delivered;
    long _failed;
    long _deadLetters;
    long _lostDeadLetters;
    long _queued;
    long _queuedBytes;
    string _lastError = "";

    /// <summary>Value of the <c>output</c> label.</summary>
    public string Output { get; } = output;

    /// <summary>Records that the filter let in.</summary>
    public long Selected => Volatile.Read(ref _selected);

    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Records that the far side refused for good.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Records of those refused or given up that are in the file of dead letters.</summary>
    public long DeadLetters => Volatile.Read(ref _deadLetters);

    /// <summary>Records of them that are not, though there is such a file.</summary>
    public long LostDeadLetters => Volatile.Read(ref _lostDeadLetters);

    /// <summary>Records given up, by reason (a fixed list).</summary>
    public IEnumerable<KeyValuePair<string, long>> Dropped => _dropped;

    public long DroppedTotal => _dropped.Values.Sum();

    /// <summary>Records that wait or are being sent.</summary>
    public long QueuedRecords => Volatile.Read(ref _queued);

    /// <summary>Memory that they hold, in bytes.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>What the far side said last when it did not take records, one line; empty when it never did. May hold text from outside.</summary>
    public string LastError => Volatile.Read(ref _lastError);

    public void Enter(long records)
    {
        Interlocked.Add(ref _selected, records);
        Interlocked.Add(ref _queued, records);
    }

    public void Deliver(long records)
    {
        Interlocked.Add(ref _delivered, records);
        Interlocked.Add(ref _queued, -records);
    }

    public void Fail(long records)
    {
        Interlocked.Add(ref _failed, records);
        Interlocked.Add(ref _queued, -records);
    }

    public void Drop(long records, string reason)
    {
        _dropped.AddOrUpdate(reason, static (_, more) => more, static (_, old, more) => old + more, records);
        Interlocked.Add(ref _queued, -records);
    }

    public void AddDeadLetters(long records) => Interlocked.Add(ref _deadLetters, records);

    public void AddLostDeadLetters(long records) => Interlocked.Add(ref _lostDeadLetters, records);

    public void AddBytes(long change) => Interlocked.Add(ref _queuedBytes, change);

    public void SetError(string error) => Volatile.Write(ref _lastError, error);
}
