using Collector.Outputs.Formats;

namespace Collector.Outputs.Spooling;

// The writer side, and the one way in for the consumer.
sealed partial class Spool
{
    /// <summary>Writes entries behind all others and waits until the disk has them. Writer only.</summary>
    /// <param name="entries">In order. Those that are on disk afterwards are the caller's to end; all others are as before.</param>
    /// <param name="stop">Why not all of them.</param>
    /// <returns>How many, from the first on, are on disk.</returns>
    public int Write(IReadOnlyList<QueueEntry> entries, out SpoolStop stop)
    {
        stop = SpoolStop.None;
        if (entries.Count == 0)
        {
            return 0;
        }

        if (!_dropsOldest && Bytes >= _fullAtBytes)
        {
            stop = SpoolStop.Full;
            return 0;
        }

        lock (_writes)
        {
            return WriteCore(entries, out stop);
        }
    }

    int WriteCore(IReadOnlyList<QueueEntry> entries, out SpoolStop stop)
    {
        stop = SpoolStop.None;
        if (StartAppending(out int error) is not { } segment)
        {
            stop = NoteFailure(error);
            return 0;
        }

        long offset = segment.Length;
        int written = 0;
        long records = 0;
        long owned = 0;
        _out.Clear();
        _fullAtBytes = long.MaxValue;
        while (written < entries.Count)
        {
            QueueEntry entry = entries[written];
            int before = _out.Length;
            int entryOwned = entry.MoveToSpool();
            WriteBlocks(_out, entry, entryOwned, segment.Number, offset);
            if (SpoolFormat.SegmentHeaderBytes + _out.Length - before > _options.BytesMax)
            {
                stop = SpoolStop.TooLarge;
            }
            else if (!MakeRoom(_out.Length))
            {
                stop = SpoolStop.Full;
                _fullAtBytes = Bytes;
            }

            if (stop != SpoolStop.None)
            {
                entry.TakeBack();
                _out.CutTo(before);
                break;
            }

            records += entry.Count;
            owned += entryOwned;
            written++;
        }

        error = written == 0 ? 0 : Append(segment, _out.Span);
        if (error != 0)
        {
            for (int i = 0; i < written; i++)
            {
                entries[i].TakeBack();
            }

            (written, records, owned) = (0, 0, 0);
            stop = NoteFailure(error);
        }
        else if (written > 0)
        {
            NoteSuccess();
        }

        if (written > 0 && Records == 0)
        {
            Volatile.Write(ref _oldestAt, entries[0].EnteredAt);
        }

        StopAppending(segment, records, owned);
        return written;
    }

    /// <summary>Drops the oldest file that nothing is being sent of, and counts its records. Writer only.</summary>
    /// <returns>False: there is none.</returns>
    public bool DropOldest()
    {
        SpoolSegment segment;
        bool isFirst;
        lock (_lock)
        {
            // The file of the block in hand stays: a stop leaves the block there.
            int index = _inHand is { } block && _segments.Count > 0 && _segments[0] == block.Segment ? 1 : 0;
            if (_segments.Count <= index || (_segments[index] == _active && _isAppending))
            {
                return false;
            }

            isFirst = index == 0;
            segment = _segments[index];
            _segments.RemoveAt(index);
            _active = _active == segment ? null : _active;
        }

        long dropped = segment.Records;
        DropRest(segment, OutputDropReasons.SpoolFull);
        if (isFirst)
        {
            _position!.Move(segment.Number, segment.Committed);
        }

        Remove(segment);
        if (_failedGate.TryPass(dropped, out long total))
        {
            LogDroppedOldest(_output, total);
        }

        return true;
    }

    /// <summary>Writes an entry before all others, which the consumer took from memory when nothing was on disk. Consumer only.</summary>
    /// <returns>False: no room or the disk refuses; nothing was changed.</returns>
    public bool TryPutFirst(QueueEntry entry)
    {
        lock (_writes)
        {
            return TryPutFirstCore(entry);
        }
    }

    bool TryPutFirstCore(QueueEntry entry)
    {
        ulong number;
        lock (_lock)
        {
            number = _segments.Count > 0 ? _segments[0].Number - 1 : _lastNumber += NumberStep;
        }

        using PayloadBuffer bytes = new();
        int owned = entry.MoveToSpool();
        WriteBlocks(bytes, entry, owned, number, SpoolFormat.SegmentHeaderBytes);
        int error = 0;
        SpoolSegment? segment = Bytes + SpoolFormat.SegmentHeaderBytes + bytes.Length > _options.BytesMax
            ? null : SpoolSegment.TryCreate(_folder!.Path, number, out error);
        if (segment is not null && (error = Append(segment, bytes.Span)) != 0)
        {
            segment.Dispose();
            SpoolSegment.TryDelete(segment.Path);
        }

        if (segment is null || error != 0)
        {
            entry.TakeBack();
            if (error != 0)
            {
                NoteFailure(error);
            }

            return false;
        }

        Interlocked.Add(ref _records, entry.Count);
        Interlocked.Add(ref _owned, owned);
        Volatile.Write(ref _oldestAt, entry.EnteredAt);
        lock (_lock)
        {
            (segment.Committed, segment.Records, segment.Owned) = (segment.Length, entry.Count, owned);
            _segments.Insert(0, segment);
        }

        return true;
    }

    SpoolSegment? StartAppending(out int error)
    {
        ulong number;
        lock (_lock)
        {
            if (_active is { } active && active.Length < _options.SegmentBytes)
            {
                _isAppending = true;
                error = 0;
                return active;
            }

            _active = null;
            number = _lastNumber += NumberStep;
        }

        SpoolSegment? segment = SpoolSegment.TryCreate(_folder!.Path, number, out error);
        if (segment is not null)
        {
            lock (_lock)
            {
                _segments.Add(segment);
                _active = segment;
                _isAppending = true;
            }
        }

        return segment;
    }

    void StopAppending(SpoolSegment segment, long records, long owned)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _owned, owned);
        lock (_lock)
        {
            if (records > 0)
            {
                segment.Committed = segment.Length;
                segment.Records += records;
                segment.Owned += owned;
            }
            else if (_dropsOldest)
            {
                // Where it is the oldest itself, the next round can drop it.
                _active = null;
            }

            _isAppending = false;
        }

        // Where nothing came of it, or the consumer passed by meanwhile.
        TryEnd(segment);
    }

    /// <returns>0: the disk has it. Else the error number: nothing more is written to the file.</returns>
    int Append(SpoolSegment segment, ReadOnlySpan<byte> bytes)
    {
        long before = segment.Length;
        int error = segment.TryAppend(bytes);
        if (error == 0 && (error = segment.Sync()) == 0)
        {
            return 0;
        }

        // What a failed sync has lost nobody knows: never again to this file. Nor to one whose tail could not be cut off.
        segment.TryCutTo(before);
        if (error is not (Posix.Enospc or Posix.Edquot) || segment.Length != before)
        {
            lock (_lock)
            {
                _active = _active == segment ? null : _active;
            }
        }

        return error;
    }

    bool MakeRoom(long bytes)
    {
        while (Bytes + bytes > _options.BytesMax)
        {
            if (Interlocked.Read(ref _asideBytes) > 0)
            {
                _folder!.DeleteAsides();
                lock (_lock)
                {
                    _asideBytes = 0;
                }
            }
            else if (!_dropsOldest || !DropOldest())
            {
                return false;
            }
        }

        return true;
    }

    void WriteBlocks(PayloadBuffer to, QueueEntry entry, int owned, ulong number, long offset)
    {
        long entered = _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_time.GetElapsedTime(entry.EnteredAt).TotalMilliseconds;
        ReadOnlySpan<int> left = entry.Selected.Span;
        while (!left.IsEmpty)
        {
            int start = to.Length;
            to.Reserve(SpoolFormat.BlockHeaderBytes);
            to.Advance(SpoolFormat.BlockHeaderBytes);
            int records = BlockWriter.Write(to, entry.Batch, left, entered);
            int share = Math.Min(owned, records);
            SpoolFormat.WriteBlockHeader(to.Written(start), records, share, number, offset + start);
            owned -= share;
            left = left[records..];
        }
    }

    SpoolStop NoteFailure(int error)
    {
        Interlocked.Increment(ref _writeFailures);
        string text = Posix.Describe(error);
        Volatile.Write(ref _problem, $"spool: cannot write to {_options.Path}: {text}");
        if (_failedGate.TryPass(1, out _))
        {
            LogCannotWrite(_output, _options.Path, text);
        }

        return error is Posix.Enospc or Posix.Edquot ? SpoolStop.DiskFull : SpoolStop.Failed;
    }

    void NoteSuccess()
    {
        if (_problem is not null)
        {
            Volatile.Write(ref _problem, null);
            LogWritesAgain(_output, _options.Path);
        }
    }
}
