using Collector.Pipeline;

namespace Collector.Outputs;

/// <summary>Takes finished batches from the pipeline: an output's queue, or the alerts.</summary>
interface IBatchConsumer
{
    /// <summary>Takes what it wants of the batch and retains it while it needs it; the caller keeps its own reference.</summary>
    /// <returns>Completed at once, unless the consumer is full and its policy is to let the senders wait. Does not throw.</returns>
    ValueTask OfferAsync(ClassifiedBatch batch);
}
