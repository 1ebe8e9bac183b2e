using Receivers;

namespace Collector.Pipeline;

/// <summary>The pool that receivers rent from: its batches carry verdicts and close the ledger when they end.</summary>
/// <param name="ledger">Null for a pool of copies.</param>
sealed class ClassifiedBatchPool(Ledger? ledger) : RecordBatchPool
{
    protected override RecordBatch Create(int bufferBytes) => new ClassifiedBatch(this, bufferBytes, ledger);
}
