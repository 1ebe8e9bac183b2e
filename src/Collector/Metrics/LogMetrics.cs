using Classifier;
using Collector.Pipeline;
using Prometheus;

namespace Collector.Metrics;

/// <summary>What the logs mean: severities, categories, disagreement.</summary>
static class LogMetrics
{
    static readonly string[] Levels = [.. LabelNames.Severities.Select(name => name.ToUpperInvariant())];

    public static void Register(MetricFactory metrics, CollectorRegistry registry, VerdictStatistics statistics)
    {
        Gauge lastMinute = metrics.CreateGauge("log_severity", "Log records of this level in the last 60 seconds.", "level");
        Counter records = metrics.CreateCounter("collector_log_records_total", "Log records by final severity.", "severity");
        Counter critical = metrics.CreateCounter("collector_critical_records_total", "Critical log records by category.", "category");
        Counter verdicts = metrics.CreateCounter("collector_classifier_verdicts_total", "Verdicts by who decided.", "source");
        Counter disagreements = metrics.CreateCounter(
            "collector_classifier_disagreements_total", "Log records whose declared severity the model does not share.", "declared", "predicted");

        registry.AddBeforeCollectCallback(() =>
        {
            long[] window = statistics.LastMinute();
            VerdictStatistics.Tally total = statistics.Snapshot();
            for (int i = 0; i < Levels.Length; i++)
            {
                lastMinute.WithLabels(Levels[i]).Set(window[i]);
                records.WithLabels(LabelNames.Severities[i]).IncTo(total.Severities[i]);
                for (int predicted = 0; predicted < Levels.Length; predicted++)
                {
                    if (predicted != i)
                    {
                        disagreements.WithLabels(LabelNames.Severities[i], LabelNames.Severities[predicted])
                            .IncTo(total.Disagreements[(i * Levels.Length) + predicted]);
                    }
                }
            }

            for (int i = 0; i < LabelNames.Categories.Count; i++)
            {
                critical.WithLabels(LabelNames.Categories[i]).IncTo(total.CriticalCategories[i]);
            }

            for (int i = 0; i < LabelNames.Sources.Count; i++)
            {
                verdicts.WithLabels(LabelNames.Sources[i]).IncTo(total.Sources[i]);
            }
        });
    }
}
