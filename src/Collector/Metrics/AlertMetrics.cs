using Collector.Outputs;
using Prometheus;

namespace Collector.Metrics;

/// <summary>What people were told, by alert channel.</summary>
static class AlertMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, Func<IReadOnlyList<OutputQueue>> outputs)
    {
        Counter sent = metrics.CreateCounter("collector_alerts_sent_total", "Alert messages that the far side has taken.", "output");
        Counter suppressed = metrics.CreateCounter(
            "collector_alerts_suppressed_total", "Log records that raised no message of their own: repeats, and what was folded or capped.", "output");
        Counter failed = metrics.CreateCounter("collector_alerts_failed_total", "Alert messages given up: refused, or tried for too long.", "output");

        RunningTotals totals = new();
        registry.AddBeforeCollectCallback(() =>
        {
            foreach (OutputQueue output in outputs())
            {
                if (output.Alerts is { } alerts)
                {
                    totals.Follow(sent.WithLabels(output.Name), alerts, alerts.Sent);
                    totals.Follow(suppressed.WithLabels(output.Name), alerts, alerts.Suppressed);
                    totals.Follow(failed.WithLabels(output.Name), alerts, alerts.Failed);
                }
            }
        });
    }
}
