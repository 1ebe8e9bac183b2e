using Classifier;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;

namespace Collector.Tests.Alerts;

public sealed class RecentLinesTests
{
    static readonly Verdict Critical = new() { Severity = Severity.Critical, TemplateId = 7 };

    readonly RecentLines _lines = new(5, TimeProvider.System);

    public RecentLinesTests() => _lines.Watch([OutputFilter.AtLeast(Severity.Critical)]);

    [Fact]
    public void Before_SameHostAndApp_OldestFirstAndNoOthers()
    {
        Offer(Many("web1", "api", "line ", 20));
        Offer(new BatchBuilder().Add("other app", "web1", "db").Add("other host", "web2", "api"));
        Offer(new BatchBuilder().Add("just before\r\nX: y", "web1", "api").Add("boom", "web1", "api", verdict: Critical).Add("after", "web1", "api"));
        Assert.Equal(["line 16", "line 17", "line 18", "line 19", "just before\\r\\nX: y"], Before("web1"));
        Assert.Empty(Before("web2"));
    }

    [Fact]
    public void Before_LongLine_IsCut()
    {
        Offer(new BatchBuilder().Add(new string('x', 3000), "web1", "api").Add("boom", "web1", "api", verdict: Critical));
        Assert.Equal(new string('x', RecentLines.LineBytesMax) + " …", Assert.Single(Before("web1")));
    }

    [Fact]
    public void Before_MutedRecord_CapturesNothing()
    {
        Offer(new BatchBuilder().Add("a", "web1", "api").Add("boom", "web1", "api", verdict: Critical with { IsMuted = true }));
        Assert.Empty(Before("web1"));
    }

    [Fact]
    public void Offer_ManySenders_ForgetsTheOldestAndStaysRight()
    {
        for (int i = 0; i < 5000; i++)
        {
            Offer(new BatchBuilder().Add($"from {i}", $"host{i}", "api"));
        }

        Offer(new BatchBuilder().Add("boom", "host4999", "api", verdict: Critical).Add("boom", "host0", "api", verdict: Critical));
        Assert.Equal(["from 4999"], Before("host4999"));
        Assert.Empty(Before("host0"));
    }

    [Fact]
    public void Offer_NoAlert_AllocatesNothing()
    {
        ClassifiedBatch batch = Many("web1", "api", "line ", 20).Build(new ClassifiedBatchPool(new Ledger()));
        _lines.Note(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            _lines.Note(batch);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static BatchBuilder Many(string host, string app, string text, int count)
    {
        BatchBuilder builder = new();
        for (int i = 0; i < count; i++)
        {
            builder.Add(text + i, host, app);
        }

        return builder;
    }

    void Offer(BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
        _lines.Note(batch);
        batch.Release();
    }

    IReadOnlyList<string> Before(string host) => _lines.Before(AlertGrouper.KeyOf(System.Text.Encoding.UTF8.GetBytes(host), Critical.TemplateId));
}
