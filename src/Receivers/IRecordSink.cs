namespace Receivers;

/// <summary>Where receivers put batches: the bounded intake queue of the pipeline. Safe on any thread.</summary>
/// <remarks>
/// A batch belongs to the receiver until it was taken (<c>TryPost</c> or <c>TryWork</c> true, <c>PostAsync</c> returned, <c>Discard</c>), and to the pipeline from then on.
/// Records count as received at that moment. Empty batches are released and not counted.
/// </remarks>
public interface IRecordSink
{
    /// <summary>The pool that batches for this sink come from.</summary>
    RecordBatchPool Pool { get; }

    /// <summary>True while the queue is so full that a sender that can wait should be told to. OTLP answers "try later" then.</summary>
    bool IsCongested { get; }

    /// <summary>What the batches of a new connection name in <see cref="RecordBatch.Lane"/>.</summary>
    RecordLane OpenLane() => new();

    /// <summary>Takes the batch unless the queue is full. Never waits.</summary>
    /// <returns>False: full, and the batch is still the caller's.</returns>
    bool TryPost(RecordBatch batch);

    /// <summary>
    /// For who has nothing else to do: the work on the batch is done on the calling thread, if nothing waits and a worker is to spare. Never waits.
    /// Waking another thread costs more than the work on a hundred records.
    /// </summary>
    /// <returns>False: the batch is still the caller's, to be posted.</returns>
    bool TryWork(RecordBatch batch) => false;

    /// <summary>Waits, first come, first served, while much is queued already: for a receiver that can do so before it has a buffer. Reserves nothing.</summary>
    /// <param name="cancellationToken">Ends the wait, too, and without an exception.</param>
    ValueTask WaitForTurnAsync(CancellationToken cancellationToken) => default;

    /// <summary>Waits for room, so that the sender feels the pressure.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before there was room; the batch is still the caller's.</exception>
    ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken);

    /// <summary>Takes the batch only to count its records as received and dropped.</summary>
    /// <param name="batch">Released by this call.</param>
    /// <param name="reason">One of <see cref="DropReasons"/>.</param>
    void Discard(RecordBatch batch, string reason);
}

/// <summary>Why a receiver drops: the values of the <c>reason</c> label. A fixed list, so that the label's cardinality is bounded.</summary>
public static class DropReasons
{
    /// <summary>The queue was full and the transport cannot wait (UDP).</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The process stopped before there was room.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The sender is over its rate limit.</summary>
    public const string RateLimited = "rate_limited";
}
