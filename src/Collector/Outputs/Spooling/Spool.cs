using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Spooling;

/// <summary>The records of one output that wait on disk, in order: a log of segment files, written at the end and read from the start.</summary>
/// <remarks>
/// One task writes (<see cref="Write"/>, <see cref="DropOldest"/>), the consumer reads (<see cref="Read"/>, <see cref="Done"/>,
/// <see cref="TryPutFirst"/>), anyone asks for sizes. Memory is one block, one round of writing and some words a file.
/// What is written counts once it is on the disk; until then it stays with the caller, so a failure loses nothing.
/// </remarks>
sealed partial class Spool : IDisposable
{
    /// <summary>Memory of the entries that are written in one go, at most: each go waits for the disk once.</summary>
    const long RoundBytesMax = 4L << 20;

    // Room for one file before it: what was being sent when records began to go to disk.
    const ulong NumberStep = 2;

    readonly string _output;
    readonly string _stage;
    readonly SpoolOptions _options;
    readonly bool _dropsOldest;
    readonly RecordBatchPool _packs;
    readonly Ledger? _ledger;
    readonly OutputStatistics _statistics;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly MinuteGate _failedGate;
    readonly MinuteGate _damagedGate;

    // Who writes: one after the other, so that together they stay below the quota. Taken before the other lock.
    readonly Lock _writes = new();

    // Both sides, under the lock, which is never held over a call to the disk.
    readonly Lock _lock = new();
    readonly List<SpoolSegment> _segments = [];
    SpoolSegment? _active;
    ulong _lastNumber;
    bool _isAppending;
    long _asideBytes;
    long _oldestAt;

    // Writer side.
    readonly PayloadBuffer _out = new();
    long _fullAtBytes = long.MaxValue;

    // Consumer side; changed under the lock.
    readonly PayloadBuffer _in = new();
    (SpoolSegment Segment, long End, int Records, int Owned)? _inHand;

    // Written where they change, read by anyone.
    SpoolFolder? _folder;
    SpoolPosition? _position;
    string? _problem;
    long _records;
    long _owned;
    long _damagedBlocks;
    long _writeFailures;

    /// <param name="output">Name of the output.</param>
    /// <param name="options">Where and how much.</param>
    /// <param name="dropsOldest">What gives way when the spool is full: the oldest, or what is new.</param>
    /// <param name="packs">Where the batches that are read come from.</param>
    /// <param name="ledger">Where the records are counted; null for nowhere.</param>
    /// <param name="statistics">Of the output.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Of the output.</param>
    public Spool(
        string output, SpoolOptions options, bool dropsOldest, RecordBatchPool packs, Ledger? ledger, OutputStatistics statistics, TimeProvider time, ILogger logger)
    {
        _output = output;
        _stage = "output:" + output;
        _options = options;
        _dropsOldest = dropsOldest;
        _packs = packs;
        _ledger = ledger;
        _statistics = statistics;
        _time = time;
        _logger = logger;
        _failedGate = new MinuteGate(time);
        _damagedGate = new MinuteGate(time);
    }

    /// <summary>Opened and not closed.</summary>
    public bool IsOpen => Volatile.Read(ref _position) is not null;

    /// <summary>There is something to read. Any thread.</summary>
    public bool HasUnread
    {
        get
        {
            lock (_lock)
            {
                return _segments.Count > 1 || (_segments.Count == 1 && _segments[0].ReadAt < _segments[0].Committed);
            }
        }
    }

    /// <summary>Records on disk that are not done, the block in hand included.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Bytes of all files, what was set aside included.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return BytesCore();
            }
        }
    }

    /// <summary>Blocks, or stretches of bytes that hold none, that could not be read.</summary>
    public long DamagedBlocks => Interlocked.Read(ref _damagedBlocks);

    /// <summary>Rounds of writing that the disk refused.</summary>
    public long WriteFailures => Interlocked.Read(ref _writeFailures);

    /// <summary>Clock reading of when the oldest record on disk came in.</summary>
    public long OldestAt => Volatile.Read(ref _oldestAt);

    /// <summary>Null while it can write; else why not, one line.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>One segment of memory a round, for small spools.</summary>
    public long RoundBytes => Math.Min(RoundBytesMax, _options.SegmentBytes);

    /// <summary>The next block. Consumer only, and only when the one before is <see cref="Done"/> or was never sent.</summary>
    /// <returns>Null: there is none.</returns>
    public QueueEntry? Read()
    {
        while (true)
        {
            SpoolSegment segment;
            long at;
            long limit;
            lock (_lock)
            {
                if (_segments.Count == 0)
                {
                    return null;
                }

                segment = _segments[0];
                (at, limit) = (segment.ReadAt, segment.Committed);
            }

            if (at < limit)
            {
                if (ReadEntry(segment, at, limit) is { } entry)
                {
                    return entry;
                }
            }
            else if (!TryEnd(segment) && !HasUnread)
            {
                // It is being written to.
                return null;
            }
        }
    }

    /// <summary>The block that was read last has gone where it had to go. Consumer only.</summary>
    public void Done()
    {
        if (_inHand is not { } block)
        {
            return;
        }

        lock (_lock)
        {
            _inHand = null;
        }

        Interlocked.Add(ref _records, -block.Records);
        Interlocked.Add(ref _owned, -block.Owned);
        _position!.Move(block.Segment.Number, block.End);
        TryEnd(block.Segment);
    }

    /// <summary>Closes the files. What is on disk stays queued in the ledger, for whoever opens the folder next.</summary>
    public void Dispose()
    {
        if (_position is null)
        {
            return;
        }

        lock (_lock)
        {
            foreach (SpoolSegment segment in _segments)
            {
                segment.Dispose();
            }

            _segments.Clear();
            _active = null;
        }

        if (Records > 0)
        {
            LogLeft(_output, Records, _folder!.Path);
        }

        _ledger?.LeaveOnDisk(_folder!.Path, Interlocked.Read(ref _owned));
        _position.Dispose();
        Volatile.Write(ref _position, null);
        _folder!.Dispose();
        _in.Dispose();
        _out.Dispose();
    }

    QueueEntry? ReadEntry(SpoolSegment segment, long at, long limit)
    {
        ClassifiedBatch? batch = null;
        long enteredUnixMs = 0;
        if (segment.TryReadBlock(at, limit, _in, out BlockHeader header))
        {
            batch = (ClassifiedBatch)_packs.Rent(header.PayloadBytes);
            if (!BlockReader.TryRead(_in.Span, header.Records, batch, out enteredUnixMs))
            {
                batch.Release();
                batch = null;
            }
        }

        long next = batch is not null ? at + header.TotalBytes : segment.FindBlock(at + 1, limit, _in);
        lock (_lock)
        {
            if (_segments.Count == 0 || _segments[0] != segment)
            {
                // Dropped meanwhile to make room, and counted there.
                batch?.Release();
                return null;
            }

            segment.ReadAt = next < 0 ? limit : next;
            if (batch is not null)
            {
                segment.Records -= header.Records;
                segment.Owned -= header.Owned;
                _inHand = (segment, next, header.Records, header.Owned);
            }
        }

        if (batch is null)
        {
            NoteDamage(segment);
            return null;
        }

        long age = Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds() - enteredUnixMs);
        long enteredAt = _time.GetTimestamp() - (long)(age / 1000.0 * _time.TimestampFrequency);
        Volatile.Write(ref _oldestAt, enteredAt);
        QueueEntry entry = new();
        entry.Load(batch, enteredAt, header.Owned, _ledger);
        return entry;
    }

    void NoteDamage(SpoolSegment segment)
    {
        segment.IsDamaged = true;
        if (!segment.IsScanned)
        {
            Interlocked.Increment(ref _damagedBlocks);
            LogDamage(1, Path.GetFileName(segment.Path));
        }
    }

    /// <summary>Where a file is done to its end it goes, and what its headers promised and nobody found is counted. Both sides.</summary>
    /// <returns>False: it is not done, or it is gone already.</returns>
    bool TryEnd(SpoolSegment segment)
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = _segments.Count > 0 && _segments[0] == segment;
            if (segment.ReadAt < segment.Committed || (segment == _active && _isAppending) || segment == _inHand?.Segment || !_segments.Remove(segment))
            {
                return false;
            }

            _active = _active == segment ? null : _active;
        }

        DropRest(segment, OutputDropReasons.SpoolDamaged);
        if (isFirst)
        {
            _position!.Move(segment.Number, segment.Committed);
        }

        Remove(segment);
        return true;
    }

    void DropRest(SpoolSegment segment, string reason)
    {
        if (segment.Records > 0)
        {
            Interlocked.Add(ref _records, -segment.Records);
            Interlocked.Add(ref _owned, -segment.Owned);
            _statistics.Drop(segment.Records, reason);
            _ledger?.Drop(segment.Owned, _stage, reason);
            (segment.Records, segment.Owned) = (0, 0);
        }
    }

    void Remove(SpoolSegment segment)
    {
        segment.Dispose();
        if (segment.IsDamaged)
        {
            string? aside = _folder!.SetAside(segment.Path);
            long bytes = _folder.AsideBytes;
            lock (_lock)
            {
                _asideBytes = bytes;
            }

            if (aside is not null)
            {
                LogSetAside(_output, aside);
            }
        }
        else
        {
            SpoolSegment.TryDelete(segment.Path);
        }
    }

    long BytesCore()
    {
        long bytes = _asideBytes;
        foreach (SpoolSegment segment in _segments)
        {
            bytes += segment.Length;
        }

        return bytes;
    }
}
