using Classifier;
using Collector.Pipeline;
using Prometheus;

namespace Collector.Metrics;

/// <summary>What the logs mean: severities, categories, disagreement.</summary>
static class LogMetrics
{
    static readonly string[] Levels = [.. LabelNames.Severities.Select(name => name.ToUpperInvariant())];

    static readonly double[] ConfidenceBounds = [.. Enumerable.Range(1, VerdictStatistics.ConfidenceBuckets).Select(i => i / (double)VerdictStatistics.ConfidenceBuckets)];

    public static void Register(MetricFactory metrics, CollectorRegistry registry, VerdictStatistics statistics)
    {
        Gauge lastMinute = metrics.CreateGauge("log_severity", "Log records of this level in the last 60 seconds.", "level");
        Counter records = metrics.CreateCounter("collector_log_records_total", "Log records by final severity.", "severity");
        Counter critical = metrics.CreateCounter("collector_critical_records_total", "Critical log records by category.", "category");
        Counter verdicts = metrics.CreateCounter("collector_classifier_verdicts_total", "Verdicts by who decided.", "source");
        Counter disagreements = metrics.CreateCounter(
            "collector_classifier_disagreements_total", "Log records whose declared severity the model does not share.", "declared", "predicted");

        Counter predictions = metrics.CreateCounter(
            "collector_classifier_predictions_total", "Log records by what the model made of them, before rules and policy.", "severity", "category");
        DurationHistogram confidence = new(
            metrics, "collector_classifier_confidence", "How sure the model was: the probability of the severity that it gave a log record.", ConfidenceBounds);

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
                            .IncTo(total.Comparisons[(i * Levels.Length) + predicted]);
                    }
                }
            }

            for (int i = 0; i < LabelNames.Categories.Count; i++)
            {
                critical.WithLabels(LabelNames.Categories[i]).IncTo(total.CriticalCategories[i]);
            }

            int categories = LabelNames.Categories.Count;
            for (int i = 0; i < total.Predictions.Length; i++)
            {
                predictions.WithLabels(LabelNames.Severities[i / categories], LabelNames.Categories[i % categories]).IncTo(total.Predictions[i]);
            }

            // Nothing is surer than 1.
            confidence.Update([.. total.Confidences, 0], total.ConfidenceSum);
            for (int i = 0; i < LabelNames.Sources.Count; i++)
            {
                verdicts.WithLabels(LabelNames.Sources[i]).IncTo(total.Sources[i]);
            }
        });
    }
}
