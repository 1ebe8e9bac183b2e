using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;

namespace Collector.Tests.Pipeline;

public sealed class JudgeTests
{
    static readonly Verdict ByModel = new() { Severity = Severity.Critical, Category = Category.Security, Source = VerdictSource.Model, TemplateId = 7 };

    readonly VerdictStatistics _statistics = new(TimeProvider.System);

    [Fact]
    public void Finish_RuleAndPolicy_TheRuleHasTheLastWord()
    {
        ClassifiedBatch batch = Batch("backup-test");
        Judge(SeverityPolicy.Declared, new RuleOptions { Apps = ["backup-test"], Severities = [Severity.Error], Severity = Severity.Info }).Finish(batch);
        Assert.Equal((Severity.Info, VerdictSource.Rule), (batch.Verdicts[0].Severity, batch.Verdicts[0].Source));
        Assert.Equal(1, _statistics.LastMinute()[(int)Severity.Info]);
        Assert.Equal(0, _statistics.LastMinute()[(int)Severity.Critical]);
    }

    [Fact]
    public void Finish_RuleOnAHost_DoesNotMatchARecordWithoutOne()
    {
        ClassifiedBatch batch = new BatchBuilder()
            .Add(peer: PeerAddress.V4([10, 0, 0, 7], 1), verdict: ByModel)
            .Add(host: "10.0.0.7", verdict: ByModel)
            .Build(new ClassifiedBatchPool(new Ledger()));
        Judge(SeverityPolicy.Model, new RuleOptions { Hosts = ["10.0.0.7"], Severity = Severity.Debug }).Finish(batch);
        Assert.Equal([Severity.Critical, Severity.Debug], batch.Verdicts.ToArray().Select(v => v.Severity));
    }

    [Fact]
    public void Finish_Mute_CountsTheRecordAndTellsNobody()
    {
        ClassifiedBatch batch = Batch("noisy", "sshd");
        Judge(SeverityPolicy.Model, new RuleOptions { Apps = ["noisy"], Mute = true }).Finish(batch);

        Assert.Equal([true, false], batch.Verdicts.ToArray().Select(v => v.IsMuted));
        Assert.Equal(VerdictSource.Model, batch.Verdicts[0].Source);
        Assert.Equal(2, _statistics.Snapshot().Severities[(int)Severity.Critical]);
        Assert.Equal(1, _statistics.LastMinute()[(int)Severity.Critical]);
        Assert.Equal([1], Selected(OutputFilter.AtLeast(Severity.Critical), batch));
        Assert.Equal([0, 1], Selected(OutputFilter.All, batch));
    }

    [Fact]
    public void Finish_WithoutRules_LooksNoTextUp()
    {
        // Slices that lie outside of the buffer: reading one throws.
        static ClassifiedBatch Unreadable() => new BatchBuilder()
            .Add(verdict: ByModel, set: (ref LogRecord r) => r.AppName = r.Hostname = r.Body = new Slice(int.MaxValue - 1, 1))
            .Build(new ClassifiedBatchPool(new Ledger()));
        Judge(SeverityPolicy.Model).Finish(Unreadable());
        Assert.Throws<ArgumentOutOfRangeException>(() => Judge(SeverityPolicy.Model, new RuleOptions { Apps = ["x"], Mute = true }).Finish(Unreadable()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finish_InSteadyState_AllocatesNothing(bool hasRules)
    {
        ClassifiedBatch batch = Batch("noisy", "sshd");
        RuleOptions[] rules = hasRules ? [new RuleOptions { Apps = ["noisy"], Mute = true }, new RuleOptions { Hosts = ["x"], Severity = Severity.Info }] : [];
        Judge judge = Judge(SeverityPolicy.Max, rules);
        judge.Finish(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            judge.Finish(batch);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    Judge Judge(SeverityPolicy policy, params RuleOptions[] rules) => new(new Lawbook(new Law(policy, new RuleSet(rules))), _statistics);

    static ClassifiedBatch Batch(params string[] apps)
    {
        BatchBuilder builder = new();
        foreach (string app in apps)
        {
            builder.Add(app: app, verdict: ByModel, set: (ref LogRecord r) => r.SeverityNumber = 17);
        }

        return builder.Build(new ClassifiedBatchPool(new Ledger()));
    }

    static int[] Selected(OutputFilter filter, ClassifiedBatch batch)
    {
        int count = filter.Select(batch, out int[]? indices, out _);
        return indices.AsSpan(0, count).ToArray();
    }
}
