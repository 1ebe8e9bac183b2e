using System.Collections.Concurrent;

namespace Collector.Pipeline;

/// <summary>Where every record is: <c>received = delivered + queued + dropped{stage,reason}</c>.</summary>
/// <remarks>
/// A record enters once, when the pipeline takes its batch, and leaves once, when the last output has answered for the batch. Each column has its
/// own counter, so a batch that is lost by a bug shows as <c>queued</c> for ever and not as a sum that happens to fit. Counted once a batch; safe on
/// any thread. A record that one of several outputs dropped is in <c>dropped</c>: delivered means delivered everywhere it had to go.
/// </remarks>
sealed class Ledger
{
    readonly ConcurrentDictionary<(string Stage, string Reason), long> _dropped = [];
    readonly ConcurrentDictionary<string, long> _onDisk = new(StringComparer.Ordinal);
    long _received;
    long _delivered;
    long _queued;

    public long Received => Interlocked.Read(ref _received);

    public long Delivered => Interlocked.Read(ref _delivered);

    public long Queued => Interlocked.Read(ref _queued);

    /// <summary>Dropped records by stage (<c>intake</c>, <c>output:loki</c>) and reason; both from fixed lists.</summary>
    public IEnumerable<KeyValuePair<(string Stage, string Reason), long>> Dropped => _dropped;

    public long DroppedTotal => _dropped.Values.Sum();

    public void Enter(long records)
    {
        Interlocked.Add(ref _received, records);
        Interlocked.Add(ref _queued, records);
    }

    /// <summary>Ends records that reached every output that had to hold them.</summary>
    public void Deliver(long records)
    {
        Interlocked.Add(ref _delivered, records);
        Interlocked.Add(ref _queued, -records);
    }

    /// <summary>Notes that records stay in a folder that nobody has open now; they stay queued.</summary>
    public void LeaveOnDisk(string folder, long records) => _onDisk[folder] = records;

    /// <summary>Takes records in that were found in a folder: they are new to this process, but for those that it left there itself.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="records">How many are there.</param>
    /// <param name="stage">Column for those that it left and that are not there any more.</param>
    /// <param name="reason">Column for the same.</param>
    public void ReturnFromDisk(string folder, long records, string stage, string reason)
    {
        _onDisk.TryRemove(folder, out long left);
        if (records >= left)
        {
            Enter(records - left);
        }
        else
        {
            Drop(left - records, stage, reason);
        }
    }

    public void Drop(long records, string stage, string reason)
    {
        _dropped.AddOrUpdate((stage, reason), static (_, more) => more, static (_, old, more) => old + more, records);
        Interlocked.Add(ref _queued, -records);
    }
}
