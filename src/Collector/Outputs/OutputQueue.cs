using System.Buffers;
using System.Diagnostics;
using Collector.Alerts;
using Collector.Outputs.Spooling;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs;

/// <summary>The one wrapper around every output: filter, bounded queue, retry, and the books.</summary>
/// <remarks>
/// Pipeline workers offer classified batches, one task sends them. Queued are references to the pipeline's batches; but while others wait already,
/// the few records that are wanted of a batch are copied into a pack, so that a lone record does not hold a whole buffer and a backlog goes out in
/// large pieces. Order is kept for each receiver and transport. Everything public is safe on any thread.
/// </remarks>
sealed partial class OutputQueue : IBatchConsumer, IAsyncDisposable
{
    // A batch is copied when its wanted records fill less than this share of its memory.
    const int SparseDivisor = 4;

    // Larger batches are not copied into a pack that has begun: memory of their own is no waste.
    const int FillBytesMax = RecordBatchPool.LargeBytes / 4;

    // A receiver with two transports beside another one: few kinds of packs are open at a time.
    const int OpenPacksMax = 4;

    // 4,096 records of 64 bytes fill a large buffer; a request of more helps nobody.
    const int PackRecordsMax = 4096;

    // Below this backlog a pack is small, so that it is no larger than the batches it spares.
    const long SmallBacklogBytes = 256 * 1024;

    static readonly RecordBatchPool Packs = new ClassifiedBatchPool(ledger: null);

    readonly IOutput _output;
    readonly OutputQueueOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly string _stage;
    readonly RetryBackoff _backoff;

    // Both sides, under the lock. A linked list, since packs at the end still grow while entries leave at the front.
    readonly Lock _lock = new();
    readonly LinkedList<QueueEntry> _waiting = [];
    readonly Stack<LinkedListNode<QueueEntry>> _spare = [];
    QueueEntry? _sending;
    TaskCompletionSource? _room;
    bool _isClosed;
    bool _isHurried;
    bool _isIdle;

    // Consumer side.
    readonly SemaphoreSlim _work = new(0);
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _abort = new();
    readonly MinuteGate _droppedGate;
    readonly MinuteGate _failedGate;
    readonly MinuteGate _warnedGate;
    Task _consumer = Task.CompletedTask;

    /// <param name="output">Owned from now on.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what people should read.</param>
    /// <param name="ledger">Where a spool counts what an earlier run left; null for nowhere.</param>
    public OutputQueue(IOutput output, OutputQueueOptions options, TimeProvider time, ILogger logger, Ledger? ledger = null)
    {
        _output = output;
        _options = options;
        _time = time;
        _logger = logger;
        _stage = "output:" + output.Name;
        _backoff = new RetryBackoff(options.RetryDelayMin, options.RetryDelayMax);
        _droppedGate = new MinuteGate(time);
        _failedGate = new MinuteGate(time);
        _warnedGate = new MinuteGate(time);
        Statistics = new OutputStatistics(output.Name);
        _spool = options.Spool is null ? null
            : new Spool(output.Name, options.Spool, options.WhenFull == WhenFull.DropOldest, Packs, ledger, Statistics, time, logger);
    }

    public string Name => _output.Name;

    public OutputStatistics Statistics { get; }

    /// <summary>Books of the messages that it sends; null for an output that sends the records themselves.</summary>
    public AlertStatistics? Alerts => (_output as AlertOutput)?.Statistics;

    /// <summary>Lines that it shows before a record; 0 for an output that sends the records themselves.</summary>
    public int LinesBefore => (_output as AlertOutput)?.LinesBefore ?? 0;

    /// <summary>Which records it is given.</summary>
    public OutputFilter When => _options.When;

    /// <summary>Age of the oldest record that waits or is being sent; 0 when there is none.</summary>
    public double OldestAgeSeconds
    {
        get
        {
            lock (_lock)
            {
                long? enteredAt = _sending?.EnteredAt ?? OldestSpooledAt ?? _waiting.First?.Value.EnteredAt;
                return enteredAt is { } at ? _time.GetElapsedTime(at).TotalSeconds : 0;
            }
        }
    }

    /// <summary>Opens the output and starts to send.</summary>
    /// <exception cref="OutputStartException">The output cannot work as configured.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _spool?.Open();
        try
        {
            await _output.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // After a reload that fails, the queue as it was before wants the folder.
            _spool?.Dispose();
            throw;
        }

        StartSpool();
        _consumer = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Takes the batch's wanted records; when there is no room, waits or drops by the queue's policy. Does not throw.</summary>
    /// <param name="batch">Stays the caller's; the queue holds it on its own account for as long as it needs.</param>
    /// <returns>Completed at once, but under <see cref="WhenFull.Block"/>.</returns>
    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        int count = _options.When.Select(batch, out int[]? indices, out bool isRented);
        if (count == 0)
        {
            return ValueTask.CompletedTask;
        }

        Task? room = Offer(batch, indices!, isRented, count);
        return room is null ? ValueTask.CompletedTask : new ValueTask(WaitAndOfferAsync(batch, room));
    }

    /// <summary>From now on nobody waits for room: what finds none is dropped as <see cref="OutputDropReasons.Shutdown"/>. For the end of a grace period.</summary>
    public void StopWaiting()
    {
        lock (_lock)
        {
            _isHurried = true;
            SignalRoom();
        }
    }

    /// <summary>Passes a SIGHUP on to an output that holds a file.</summary>
    public Task ReopenAsync(CancellationToken cancellationToken) =>
        _output is IReopenable reopenable ? reopenable.ReopenAsync(cancellationToken) : Task.CompletedTask;

    async Task WaitAndOfferAsync(ClassifiedBatch batch, Task? room)
    {
        while (room is not null)
        {
            await room.ConfigureAwait(false);
            int count = _options.When.Select(batch, out int[]? indices, out bool isRented);
            room = Offer(batch, indices!, isRented, count);
        }
    }

    /// <returns>Null: the records are taken or dropped. Else the task that ends when there may be room.</returns>
    Task? Offer(ClassifiedBatch batch, int[] indices, bool isRented, int count)
    {
        bool isHeld = false;
        string? dropped = null;
        try
        {
            lock (_lock)
            {
                if (_isClosed)
                {
                    dropped = OutputDropReasons.Shutdown;
                    return null;
                }

                ReadOnlySpan<int> wanted = indices.AsSpan(0, count);
                long copyBytes = BytesIfSparse(batch, wanted);
                if (copyBytes > 0 ? TryAddToOpenPack(batch, wanted, copyBytes) : TryFillLastPack(batch, wanted))
                {
                    return null;
                }

                bool isSmallPack = copyBytes <= RecordBatchPool.SmallBytes && Statistics.QueuedBytes < SmallBacklogBytes;
                int packBytes = isSmallPack ? RecordBatchPool.SmallBytes : RecordBatchPool.LargeBytes;
                // A large pack comes into being with little in it; what it costs is booked at once.
                bool isPacked = copyBytes > 0;
                long bytes = isPacked ? packBytes : batch.MemoryBytes;
                if (!HasRoom(bytes))
                {
                    if (_options.WhenFull == WhenFull.Block)
                    {
                        if (_isHurried)
                        {
                            dropped = OutputDropReasons.Shutdown;
                            return null;
                        }

                        _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        return _room.Task;
                    }

                    if (_options.WhenFull == WhenFull.DropNewest)
                    {
                        dropped = OutputDropReasons.QueueFull;
                        return null;
                    }

                    while (!HasRoom(bytes) && _waiting.First is { } oldest)
                    {
                        DropWaiting(oldest, OutputDropReasons.QueueFull);
                    }
                }

                isHeld = !isPacked;
                Append(batch, indices, isRented, count, isPacked ? packBytes : 0, copyBytes);
                return null;
            }
        }
        finally
        {
            if (!isHeld)
            {
                GiveBack(indices, isRented);
            }

            if (dropped is not null)
            {
                DropOffered(batch, count, dropped);
            }
        }
    }

    /// <returns>Bytes to copy when copying is worth it; 0 when the batch itself is better held.</returns>
    long BytesIfSparse(ClassifiedBatch batch, ReadOnlySpan<int> wanted)
    {
        // With nothing waiting the batch goes out at once and copying would win nothing.
        if (_waiting.Count == 0 && _sending is null)
        {
            return 0;
        }

        long memory = batch.MemoryBytes;
        if (batch.BytesUsed * (long)wanted.Length / Math.Max(1, batch.Count) >= memory / SparseDivisor)
        {
            return 0;
        }

        long bytes = batch.CopyBytes(wanted);
        return bytes < memory / SparseDivisor && bytes <= RecordBatchPool.LargeBytes && wanted.Length <= PackRecordsMax ? Math.Max(1, bytes) : 0;
    }

    /// <summary>A batch that is full enough to be held goes into the pack before it: between batches that are held each sparse one would begin a pack of its own.</summary>
    bool TryFillLastPack(ClassifiedBatch batch, ReadOnlySpan<int> wanted)
    {
        if (_waiting.Last is not { Value.IsPack: true } || wanted.Length > PackRecordsMax || batch.BytesUsed > FillBytesMax)
        {
            return false;
        }

        long bytes = batch.CopyBytes(wanted);
        return bytes <= FillBytesMax && TryAddToOpenPack(batch, wanted, Math.Max(1, bytes));
    }

    bool TryAddToOpenPack(ClassifiedBatch batch, ReadOnlySpan<int> wanted, long copyBytes)
    {
        LinkedListNode<QueueEntry>? node = _waiting.Last;
        for (int i = 0; i < OpenPacksMax && node is not null && node.Value.IsPack; i++, node = node.Previous)
        {
            QueueEntry entry = node.Value;
            if (!entry.Batch.CanHold(batch))
            {
                continue;
            }

            long before = entry.Bytes;
            if (!entry.TryPack(batch, wanted, copyBytes, PackRecordsMax))
            {
                // Nothing older: order within a transport is kept.
                return false;
            }

            Statistics.AddBytes(entry.Bytes - before);
            Statistics.Enter(wanted.Length);
            WakeSpool();
            return true;
        }

        return false;
    }

    bool HasRoom(long bytes) => Statistics.QueuedBytes + bytes <= _options.QueueBytesMax || (_waiting.Count == 0 && _sending is null);

    void Append(ClassifiedBatch batch, int[] indices, bool isRented, int count, int packBytes, long copyBytes)
    {
        LinkedListNode<QueueEntry> node = _spare.TryPop(out LinkedListNode<QueueEntry>? spare) ? spare : new LinkedListNode<QueueEntry>(new QueueEntry());
        QueueEntry entry = node.Value;
        if (packBytes > 0)
        {
            entry.StartPack((ClassifiedBatch)Packs.Rent(packBytes), batch, _time.GetTimestamp());
            bool isPacked = entry.TryPack(batch, indices.AsSpan(0, count), copyBytes, PackRecordsMax);
            Debug.Assert(isPacked, "a new pack was too small");
        }
        else
        {
            entry.Hold(batch, indices, isRented, count, _time.GetTimestamp());
        }

        _waiting.AddLast(node);
        Statistics.Enter(count);
        Statistics.AddBytes(entry.Bytes);
        WakeConsumer();
        WakeSpool();
    }

    void DropWaiting(LinkedListNode<QueueEntry> node, string reason)
    {
        _waiting.Remove(node);
        Drop(node.Value, reason);
    }

    void Drop(QueueEntry entry, string reason)
    {
        int count = entry.Count;
        Statistics.AddBytes(-entry.Bytes);
        Statistics.Drop(count, reason);
        entry.Finish(count, _stage, reason);
        NoteDropped(count, reason);
    }

    void DropOffered(ClassifiedBatch batch, int count, string reason)
    {
        Statistics.Enter(count);
        Statistics.Drop(count, reason);
        batch.Lose(count, _stage, reason);
        NoteDropped(count, reason);
    }

    static void GiveBack(int[]? indices, bool isRented)
    {
        if (isRented)
        {
            ArrayPool<int>.Shared.Return(indices!);
        }
    }
}
