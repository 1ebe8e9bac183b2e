using Classifier;
using Collector.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace Collector.Tests.Pipeline;

public sealed class VerdictStatisticsTests
{
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void LastMinute_AfterSixtySeconds_ForgetsAndTheTotalDoesNot()
    {
        VerdictStatistics statistics = new(_time);
        Count(statistics, Severity.Critical, 3);
        _time.Advance(TimeSpan.FromSeconds(59));
        Count(statistics, Severity.Critical, 1);
        Assert.Equal(4, statistics.LastMinute()[(int)Severity.Critical]);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, statistics.LastMinute()[(int)Severity.Critical]);

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(0, statistics.LastMinute()[(int)Severity.Critical]);
        Assert.Equal(4, statistics.Snapshot().Severities[(int)Severity.Critical]);
    }

    [Fact]
    public void LastMinute_NothingCounted_IsZero() => Assert.Equal([0, 0, 0, 0, 0], new VerdictStatistics(_time).LastMinute());

    static void Count(VerdictStatistics statistics, Severity severity, int records)
    {
        VerdictStatistics.Tally tally = new();
        tally.Severities[(int)severity] = records;
        statistics.Add(tally);
        Assert.Equal(0, tally.Severities[(int)severity]);
    }
}
