using System.Text;
using Classifier;
using Collector.Configuration;
using Collector.Metrics;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Prometheus;
using Receivers;

namespace Collector.Tests.Metrics;

public sealed class LogMetricsTests
{
    readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    readonly VerdictStatistics _statistics = new(TimeProvider.System);

    public LogMetricsTests() => LogMetrics.Register(Prometheus.Metrics.WithCustomRegistry(_registry), _registry, _statistics);

    /// <summary>What the model said and how sure it was, whatever the policy makes of it; a fallback is nobody's opinion.</summary>
    [Fact]
    public async Task Page_AfterABatch_ShowsTheModelsLabelsAndConfidences()
    {
        BatchBuilder builder = new();
        foreach (float confidence in (float[])[0, 0.1f, 0.45f, 0.95f, 1])
        {
            builder.Add(verdict: ByModel(confidence), set: (ref LogRecord r) => r.SeverityNumber = 9);
        }

        builder.Add(verdict: DeclaredSeverity.Fallback(17));
        new Judge(new Lawbook(new Law(SeverityPolicy.Declared, new RuleSet([]))), _statistics).Finish(builder.Build(new ClassifiedBatchPool(new Ledger())));

        string page = await PageAsync();
        Assert.Contains("collector_classifier_predictions_total{severity=\"error\",category=\"storage\"} 5\n", page, StringComparison.Ordinal);
        Assert.Contains("collector_log_records_total{severity=\"info\"} 5\n", page, StringComparison.Ordinal);
        Assert.Equal(
            ["0.1 2", "0.2 2", "0.3 2", "0.4 2", "0.5 3", "0.6 3", "0.7 3", "0.8 3", "0.9 3", "1 5", "+Inf 5"],
            page.Split('\n').Where(line => line.StartsWith("collector_classifier_confidence_bucket{", StringComparison.Ordinal))
                .Select(line => line["collector_classifier_confidence_bucket{le=\"".Length..].Replace("\"}", "", StringComparison.Ordinal)));
        Assert.Contains("collector_classifier_confidence_count 5\n", page, StringComparison.Ordinal);
        string sum = page.Split('\n').Single(line => line.StartsWith("collector_classifier_confidence_sum ", StringComparison.Ordinal));
        Assert.Equal(2.5, double.Parse(sum.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 0.001);
    }

    static Verdict ByModel(float confidence) =>
        new() { Severity = Severity.Error, Category = Category.Storage, Source = VerdictSource.Model, Confidence = confidence };

    async Task<string> PageAsync()
    {
        using MemoryStream page = new();
        await _registry.CollectAndExportAsTextAsync(page);
        return Encoding.UTF8.GetString(page.ToArray());
    }
}
