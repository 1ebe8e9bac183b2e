using Collector.Pipeline;
using Collector.Tests.Shared;
using Tests.Shared;

namespace Collector.Tests.Pipeline;

public sealed class OutputFanTests
{
    static readonly ClassifiedBatchPool Pool = new(new Ledger());

    [Fact]
    public async Task ReplaceAsync_ABatchIsOnItsWay_EndsWhenTheFormerOnesHaveIt()
    {
        ClosedConsumer former = new();
        CountingConsumer next = new();
        OutputFan fan = new([former]);
        ValueTask underWay = fan.HandOnAsync(Batch());
        Task replaced = fan.ReplaceAsync([next]);
        await fan.HandOnAsync(Batch());

        Assert.Equal(1, next.Records);
        Assert.False(replaced.IsCompleted);
        Assert.True(fan.IsWaiting);
        former.Open();
        await underWay;
        await replaced.WaitAsync(Patience.Long);
        Assert.False(fan.IsWaiting);
    }

    [Fact]
    public async Task ReplaceAsync_WhileBatchesCome_EachGoesToExactlyOneOfThem()
    {
        const int Batches = 20_000;
        CountingConsumer[] consumers = [.. Enumerable.Range(0, 100).Select(_ => new CountingConsumer())];
        OutputFan fan = new([consumers[0]]);
        Task[] workers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Batches; i++)
            {
                await fan.HandOnAsync(Batch());
            }
        }))];
        long[] countsWhenRetired = new long[consumers.Length];
        for (int i = 1; i < consumers.Length; i++)
        {
            await fan.ReplaceAsync([consumers[i]]);
            countsWhenRetired[i - 1] = consumers[i - 1].Records;
        }

        await Task.WhenAll(workers);
        countsWhenRetired[^1] = consumers[^1].Records;
        // What was retired got nothing more.
        Assert.Equal(countsWhenRetired, consumers.Select(c => c.Records));
        Assert.Equal(3 * Batches, countsWhenRetired.Sum());
    }

    static ClassifiedBatch Batch()
    {
        BatchBuilder builder = new();
        builder.Add("a", "b", "c");
        return builder.Build(Pool);
    }
}
