using Classifier;
using Collector.Pipeline;
using Collector.Status;
using Collector.Tests.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Collector.Tests.Status;

public sealed class RecentCriticalsTests
{
    [Fact]
    public async Task Offer_OfOneBatch_KeepsTheLastOnes()
    {
        using RecentCriticals criticals = new(new FakeTimeProvider());

        await OfferAsync(criticals, 0, 60);

        Assert.Equal(Enumerable.Range(10, 50), Numbers(criticals));
    }

    [Fact]
    public async Task Offer_OfAFlood_ShowsAPartAndThenWhatIsNew()
    {
        FakeTimeProvider time = new();
        using RecentCriticals criticals = new(time);

        await OfferAsync(criticals, 0, 49);
        await OfferAsync(criticals, 49, 10);
        await OfferAsync(criticals, 59, 10);

        // The one place that is left goes to the last of the second batch.
        Assert.Equal(Enumerable.Range(0, 49).Append(58), Numbers(criticals));

        time.Advance(TimeSpan.FromMilliseconds(100));
        await OfferAsync(criticals, 69, 1);

        Assert.Equal(69, Numbers(criticals)[^1]);
    }

    static async Task OfferAsync(RecentCriticals criticals, int first, int count)
    {
        BatchBuilder builder = new();
        for (int i = first; i < first + count; i++)
        {
            builder.Add(body: $"number {i}.", severity: Severity.Critical).Add(body: "of no interest");
        }

        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(ledger: null));
        await criticals.OfferAsync(batch);
        batch.Release();
    }

    static int[] Numbers(RecentCriticals criticals) =>
        [.. criticals.Lines.Select(l => l[(l.IndexOf("number ", StringComparison.Ordinal) + 7)..]).Select(l => int.Parse(l[..l.IndexOf('.', StringComparison.Ordinal)], null))];
}
