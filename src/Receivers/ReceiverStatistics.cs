using System.Collections.Concurrent;

namespace Receivers;

/// <summary>Counters of one transport of one receiver. Added to once a batch, read when scraped; safe on any thread.</summary>
public sealed class ReceiverStatistics(string receiver, string transport)
{
    readonly long[] _marks = new long[ParseMarkNames.All.Count];
    readonly ConcurrentDictionary<string, long> _refused = new(StringComparer.Ordinal);
    long _accepted;
    long _bytes;
    long _connections;
    long _socketDrops;

    public string Receiver { get; } = receiver;

    public string Transport { get; } = transport;

    /// <summary>Records that were posted.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Bytes read from the network, framing included.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Connections open now.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Datagrams that the kernel dropped before we could read them.</summary>
    public long SocketDrops => Volatile.Read(ref _socketDrops);

    /// <summary>Records, connections or requests turned away, by reason (a fixed list in each receiver).</summary>
    public IEnumerable<KeyValuePair<string, long>> Refused => _refused;

    public void AddAccepted(long records) => Interlocked.Add(ref _accepted, records);

    public void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void AddConnections(int change) => Interlocked.Add(ref _connections, change);

    public void AddSocketDrops(long datagrams) => Interlocked.Add(ref _socketDrops, datagrams);

    public void AddRefused(string reason, long count = 1) => _refused.AddOrUpdate(reason, static (_, more) => more, static (_, old, more) => old + more, count);

    /// <summary>Counts every mark of a record. Records without marks, nearly all, cost one comparison.</summary>
    public void AddMarks(ParseMarks marks)
    {
        if (marks != ParseMarks.None)
        {
            AddMarksCore((uint)marks);
        }
    }

    /// <summary>Records with the mark of this bit number.</summary>
    public long Marked(int bit) => Volatile.Read(ref _marks[bit]);

    void AddMarksCore(uint marks)
    {
        for (; marks != 0; marks &= marks - 1)
        {
            Interlocked.Increment(ref _marks[System.Numerics.BitOperations.TrailingZeroCount(marks)]);
        }
    }
}
