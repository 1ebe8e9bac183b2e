using System.Globalization;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;

namespace Collector.Tests.Outputs.Spooling;

/// <summary>Offers records whose bodies begin with their numbers, and hears how many are safe.</summary>
sealed class Feeder(OutputQueue queue, Ledger ledger, int first = 0, string body = "") : IAcknowledgement
{
    readonly ClassifiedBatchPool _pool = new(ledger);
    readonly Lock _lock = new();
    readonly Queue<int> _open = [];
    int _acknowledged;

    public int Offered { get; private set; } = first;

    /// <summary>Records of acknowledged batches.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public async Task OfferAsync(int records)
    {
        BatchBuilder builder = new() { BufferBytes = RecordBatchPool.LargeBytes };
        for (int i = 0; i < records; i++)
        {
            builder.Add(string.Create(CultureInfo.InvariantCulture, $"{Offered++} {body}"), "web1", "api");
        }

        ClassifiedBatch batch = builder.Build(_pool);
        batch.Acknowledgement = this;
        ledger.Enter(batch.Count);
        lock (_lock)
        {
            _open.Enqueue(records);
        }

        await queue.OfferAsync(batch);
        batch.Release();
    }

    void IAcknowledgement.OnReleased(int lost)
    {
        lock (_lock)
        {
            _acknowledged += _open.Dequeue();
        }
    }
}
