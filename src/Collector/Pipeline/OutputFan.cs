using Collector.Outputs;

namespace Collector.Pipeline;

/// <summary>Hands a finished batch to every output and lets go of it.</summary>
/// <remarks>
/// An output whose queue is full and whose policy is <c>block</c> holds up the fan: that is how its pressure reaches the senders. All others
/// answer at once and count what they cannot take.
/// </remarks>
sealed class OutputFan(IReadOnlyList<IBatchConsumer> consumers)
{
    int _waiting;

    /// <summary>A full output holds up at least one batch: no progress is expected then.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    public async ValueTask HandOnAsync(ClassifiedBatch batch)
    {
        // Offered to all before any is waited for: an output that is full delays nobody's copy of this batch.
        Task? waits = null;
        foreach (IBatchConsumer consumer in consumers)
        {
            ValueTask offer = consumer.OfferAsync(batch);
            if (!offer.IsCompletedSuccessfully)
            {
                waits = waits is null ? offer.AsTask() : Task.WhenAll(waits, offer.AsTask());
            }
        }

        if (waits is not null)
        {
            Interlocked.Increment(ref _waiting);
            await waits.ConfigureAwait(false);
            Interlocked.Decrement(ref _waiting);
        }

        batch.Release();
    }
}
