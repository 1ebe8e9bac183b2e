namespace Collector.Outputs.Spooling;

// What an earlier run left.
sealed partial class Spool
{
    const int NamesMax = 5;

    /// <summary>Takes the folder and counts what is in it.</summary>
    /// <exception cref="OutputStartException">The folder cannot be used.</exception>
    public void Open()
    {
        SpoolFolder folder = SpoolFolder.TryOpen(_options.Path, out string problem)
            ?? throw new OutputStartException($"outputs.{_output}: spool {_options.Path}: {problem}");
        SpoolPosition? position = null;
        try
        {
            position = SpoolPosition.TryOpen(folder.Path, out int error)
                ?? throw new OutputStartException($"outputs.{_output}: spool {Path.Combine(folder.Path, SpoolPosition.FileName)}: {Posix.Describe(error)}");
            (_folder, _position) = (folder, position);
            Load();
        }
        catch (Exception e) when (e is OutputStartException or IOException or UnauthorizedAccessException)
        {
            foreach (SpoolSegment segment in _segments)
            {
                segment.Dispose();
            }

            _segments.Clear();
            _position = null;
            position?.Dispose();
            folder.Dispose();
            if (e is OutputStartException)
            {
                throw;
            }

            throw new OutputStartException($"outputs.{_output}: spool {_options.Path}: {e.Message}", e);
        }

        _statistics.Enter(_records);
        _ledger?.ReturnFromDisk(folder.Path, _owned, _stage, OutputDropReasons.SpoolDamaged);
        if (_records > 0)
        {
            LogFound(_output, _records, _options.Path);
        }
    }

    void Load()
    {
        (List<SpoolSegment> found, List<string> foreign) = _folder!.List();
        _asideBytes = _folder.AsideBytes;
        found.Sort((a, b) => a.Number.CompareTo(b.Number));
        _segments.AddRange(found);
        foreach (SpoolSegment segment in found)
        {
            if (segment.TryReadHeader(out int version, out _) && version > SpoolFormat.Version)
            {
                throw new OutputStartException(
                    $"outputs.{_output}: spool {segment.Path} has format {version} and this version reads {SpoolFormat.Version}: run the later version that wrote it, or name another folder.");
            }
        }

        SpoolSegment? before = null;
        foreach (SpoolSegment segment in found)
        {
            if (before?.Number == segment.Number)
            {
                // A copy: two files cannot have one place.
                _segments.Remove(segment);
                segment.Dispose();
                foreign.Add(Path.GetFileName(segment.Path));
                continue;
            }

            before = segment;
            if (segment.Number < _position!.Number)
            {
                _segments.Remove(segment);
                Remove(segment);
                continue;
            }

            if (segment.Number == _position.Number)
            {
                segment.ReadAt = Math.Clamp(_position.Offset, segment.ReadAt, Math.Max(segment.ReadAt, segment.Length));
            }

            Count(segment, isLast: segment == found[^1]);
        }

        _lastNumber = Math.Max(_position!.Number, found.Count > 0 ? found[^1].Number : 0);
        if (foreign.Count > 0)
        {
            LogForeign(_output, _options.Path, string.Join(", ", foreign.Take(NamesMax).Select(OneLine.Of)) + (foreign.Count > NamesMax ? ", ..." : ""));
        }
    }

    /// <summary>Counts what a file holds: from the headers of its blocks when they follow each other to the end, else by reading it.</summary>
    /// <remarks>The last file is always read: a crash may have left it with a block that is not whole.</remarks>
    void Count(SpoolSegment segment, bool isLast)
    {
        long at = segment.ReadAt;
        while (segment.TryReadBlockHeader(at, segment.Length, out BlockHeader header))
        {
            segment.Records += header.Records;
            segment.Owned += header.Owned;
            at += header.TotalBytes;
        }

        if (isLast || at != segment.Length || !segment.TryReadHeader(out _, out _))
        {
            Scan(segment, isLast);
        }

        _records += segment.Records;
        _owned += segment.Owned;
        if (segment.Length <= segment.ReadAt && segment.Records == 0)
        {
            _segments.Remove(segment);
            Remove(segment);
        }
    }

    void Scan(SpoolSegment segment, bool isLast)
    {
        (segment.Records, segment.Owned, segment.IsScanned) = (0, 0, true);
        if (segment.Length < SpoolFormat.SegmentHeaderBytes)
        {
            // A crash while it was made: no record was in it.
            return;
        }

        int damaged = segment.TryReadHeader(out _, out _) ? 0 : 1;
        long end = segment.ReadAt;
        for (long at = segment.ReadAt; at < segment.Length;)
        {
            if (segment.TryReadBlock(at, segment.Length, _in, out BlockHeader header))
            {
                segment.Records += header.Records;
                segment.Owned += header.Owned;
                at += header.TotalBytes;
                end = at;
                continue;
            }

            damaged++;
            at = segment.FindBlock(at + 1, segment.Length, _in);
            if (at < 0)
            {
                // Of a file whose end was being written, what is not whole is cut off; elsewhere it stays for a person to look at.
                if (isLast && damaged == 1 && segment.TryCutTo(end))
                {
                    segment.Committed = segment.Length;
                    Interlocked.Increment(ref _damagedBlocks);
                    LogCut(_output, Path.GetFileName(segment.Path));
                    return;
                }

                break;
            }
        }

        if (damaged > 0)
        {
            segment.IsDamaged = true;
            Interlocked.Add(ref _damagedBlocks, damaged);
            LogDamage(damaged, Path.GetFileName(segment.Path));
        }
    }

    void LogDamage(int blocks, string file)
    {
        if (_damagedGate.TryPass(blocks, out long total))
        {
            LogDamaged(_output, total, file);
        }
    }
}
