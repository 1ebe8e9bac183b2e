using Collector.Outputs;

namespace Collector.Pipeline;

/// <summary>Hands a finished batch to every output and lets go of it.</summary>
/// <remarks>
/// An output whose queue is full and whose policy is <c>block</c> holds up the fan: that is how its pressure reaches the senders. All others
/// answer at once and count what they cannot take.
/// </remarks>
sealed class OutputFan(IReadOnlyList<IBatchConsumer> consumers)
{
    public async ValueTask HandOnAsync(ClassifiedBatch batch)
    {
        foreach (IBatchConsumer consumer in consumers)
        {
            await consumer.OfferAsync(batch).ConfigureAwait(false);
        }

        batch.Release();
    }
}
