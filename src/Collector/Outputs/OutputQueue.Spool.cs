using Collector.Outputs.Spooling;

namespace Collector.Outputs;

// The way over the disk, of outputs that have one. In order: what is being sent, what is on disk, what is being written there, what waits in memory.
sealed partial class OutputQueue
{
    // What waits for longer goes to disk: it is then safe from a crash, and senders that wait for that are told. A hiccup costs no write.
    static readonly TimeSpan SpoolAfter = TimeSpan.FromSeconds(1);

    // Records that come one by one go to disk together.
    static readonly TimeSpan SpoolEvery = TimeSpan.FromMilliseconds(100);

    // After a failure; well within the 5 s in which records should go to disk again once there is room.
    static readonly TimeSpan SpoolAgainAfter = TimeSpan.FromSeconds(1);

    readonly Spool? _spool;

    // Writer side; the list is changed under the lock.
    readonly SemaphoreSlim _spoolWork = new(0);
    readonly List<LinkedListNode<QueueEntry>> _writing = [];
    readonly List<QueueEntry> _written = [];
    Task _spoolWriter = Task.CompletedTask;

    // Under the lock.
    bool _isSpoolWaiting;
    bool _isSpoolIdle;
    bool _isSpoolStopped;

    /// <summary>The disk part; null for an output without one.</summary>
    public Spool? Spool => _spool;

    // Half of the memory: the other half takes what comes while this is written.
    long SpoolHighBytes => _options.QueueBytesMax / 2;

    long? OldestSpooledAt => _spool is { Records: > 0 } spool ? spool.OldestAt : null;

    void StartSpool()
    {
        if (_spool is not null)
        {
            _spoolWriter = Task.Run(WriteSpoolAsync);
        }
    }

    /// <summary>Ends the writer and puts on disk what is left in memory. For after the consumer.</summary>
    async Task StopSpoolAsync()
    {
        if (_spool is not { IsOpen: true })
        {
            return;
        }

        lock (_lock)
        {
            _isSpoolStopped = true;
        }

        _spoolWork.Release();
        await _spoolWriter.ConfigureAwait(false);
        await Task.Run(() =>
        {
            while (TakeForSpool(isAll: true) && WriteTaken(out _) > 0)
            {
            }
        }).ConfigureAwait(false);
        if (_consumer.IsCompleted)
        {
            _spool.Dispose();
        }
    }

    async Task WriteSpoolAsync()
    {
        while (true)
        {
            SpoolStop stop = SpoolStop.None;
            bool isWritten = TakeForSpool(isAll: false) && WriteTaken(out stop) > 0;
            bool isRefused = stop is SpoolStop.DiskFull or SpoolStop.Failed;
            TimeSpan pause = isRefused ? SpoolAgainAfter : SpoolEvery;
            lock (_lock)
            {
                if (_isSpoolStopped)
                {
                    return;
                }

                if (isWritten && Statistics.QueuedBytes > SpoolHighBytes)
                {
                    // It came while this was written: who finds the memory full adds nothing and wakes nobody.
                    continue;
                }

                _isSpoolIdle = _waiting.Count == 0;
                // More records do not hurry a disk that refuses.
                _isSpoolWaiting = _isSpoolIdle || !isRefused;
                pause = _isSpoolIdle ? Timeout.InfiniteTimeSpan : pause;
            }

            await _spoolWork.WaitAsync(pause).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what is to go to disk off the front of the queue.</summary>
    /// <param name="isAll">Everything is.</param>
    bool TakeForSpool(bool isAll)
    {
        lock (_lock)
        {
            if (_waiting.First is not { } first
                || !(isAll || _spool!.HasUnread || Statistics.QueuedBytes > SpoolHighBytes || _time.GetElapsedTime(first.Value.EnteredAt) > SpoolAfter))
            {
                return false;
            }

            long bytes = 0;
            while (_waiting.First is { } node && bytes < _spool!.RoundBytes)
            {
                _waiting.RemoveFirst();
                _writing.Add(node);
                bytes += node.Value.Bytes;
            }

            return true;
        }
    }

    /// <param name="stop">Why not all were written.</param>
    /// <returns>How many entries are no longer in memory; the others are back in the queue.</returns>
    int WriteTaken(out SpoolStop stop)
    {
        _written.Clear();
        foreach (LinkedListNode<QueueEntry> node in _writing)
        {
            _written.Add(node.Value);
        }

        int gone = _spool!.Write(_written, out stop);
        for (int i = 0; i < gone; i++)
        {
            Release(_written[i]);
        }

        if (stop == SpoolStop.TooLarge && _options.WhenFull != WhenFull.Block)
        {
            Drop(_written[gone++], OutputDropReasons.SpoolFull);
        }
        else if (gone == 0 && stop == SpoolStop.DiskFull && _options.WhenFull == WhenFull.DropOldest && Statistics.QueuedBytes > SpoolHighBytes)
        {
            // Somebody else has filled it: what is oldest makes room for what is new.
            _spool.DropOldest();
        }

        lock (_lock)
        {
            for (int i = _writing.Count - 1; i >= 0; i--)
            {
                if (i >= gone)
                {
                    _waiting.AddFirst(_writing[i]);
                }
                else if (_spare.Count < SpareMax)
                {
                    _spare.Push(_writing[i]);
                }
            }

            _writing.Clear();
            SignalRoom();
            WakeConsumer();
        }

        return gone;
    }

    // Under the lock.
    void WakeSpool()
    {
        if (_isSpoolWaiting && (_isSpoolIdle || Statistics.QueuedBytes > SpoolHighBytes))
        {
            _isSpoolWaiting = false;
            _spoolWork.Release();
        }
    }

    /// <summary>What is in memory has to wait for what is on disk or on its way there. Under the lock.</summary>
    bool IsBehindSpool(bool isIdle)
    {
        if (_spool is null || (_writing.Count == 0 && !_spool.HasUnread))
        {
            return false;
        }

        if (isIdle && !_isClosed && _spool.HasUnread)
        {
            // It came after the consumer looked for it.
            _work.Release();
        }

        return true;
    }

    /// <summary>Sends the oldest block that is on disk. Not while stopping: there it is safe.</summary>
    async ValueTask<bool> TrySendSpooledAsync()
    {
        if (_spool is null || _closing.IsCancellationRequested || _spool.Read() is not { } entry)
        {
            return false;
        }

        Statistics.AddBytes(entry.Bytes);
        lock (_lock)
        {
            _sending = entry;
        }

        await SendAsync(entry).ConfigureAwait(false);
        lock (_lock)
        {
            _sending = null;
            SignalRoom();
        }

        return true;
    }

    /// <summary>Leaves records that cannot be sent now on disk, or puts them there before all others.</summary>
    /// <param name="entry">Ended when the answer is yes.</param>
    /// <param name="trouble">How long it will have been tried by the next try.</param>
    /// <returns>False: go on with them.</returns>
    bool TrySetDown(QueueEntry entry, TimeSpan trouble)
    {
        if (_spool is null || (trouble < SpoolAfter && !_closing.IsCancellationRequested))
        {
            return false;
        }

        if (!entry.IsSpooled)
        {
            if (!_spool.TryPutFirst(entry))
            {
                return false;
            }

            Volatile.Write(ref _sendingSince, 0);
            Release(entry);
            return true;
        }

        if (!_closing.IsCancellationRequested)
        {
            return false;
        }

        Volatile.Write(ref _sendingSince, 0);
        Statistics.AddBytes(-entry.Bytes);
        entry.Abandon();
        return true;
    }

    void Release(QueueEntry entry)
    {
        Statistics.AddBytes(-entry.Bytes);
        entry.Finish(0, _stage, OutputDropReasons.Rejected);
    }
}
