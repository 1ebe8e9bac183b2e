using Collector.Pipeline;
using Prometheus;

namespace Collector.Metrics;

/// <summary>Where every record is: <c>received = delivered + queued + dropped</c>.</summary>
static class LedgerMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, Ledger ledger, RecordPipeline pipeline)
    {
        Counter records = metrics.CreateCounter(
            "collector_ledger_records_total",
            "Log records by what became of them: received = delivered + dropped + collector_ledger_queued_records.",
            "state");
        // The fourth column goes up and down, so it is a gauge and cannot be called _total.
        Gauge queued = metrics.CreateGauge("collector_ledger_queued_records", "Log records taken in and not yet delivered or dropped.");
        Counter dropped = metrics.CreateCounter(
            "collector_dropped_log_records_total", "Log records dropped, by where and why.", "stage", "reason");
        Gauge intake = metrics.CreateGauge("collector_pipeline_intake_bytes", "Memory of log records that wait to be classified.");
        Gauge parked = metrics.CreateGauge("collector_pipeline_parked_bytes", "Memory of log records that wait for the model to read a new text, or behind such a one on their connection.");

        registry.AddBeforeCollectCallback(() =>
        {
            records.WithLabels("delivered").IncTo(ledger.Delivered);
            records.WithLabels("dropped").IncTo(ledger.DroppedTotal);
            queued.Set(ledger.Queued);
            records.WithLabels("received").IncTo(ledger.Received);
            foreach (((string stage, string reason), long count) in ledger.Dropped)
            {
                dropped.WithLabels(stage, reason).IncTo(count);
            }

            intake.Set(pipeline.IntakeBytes);
            parked.Set(pipeline.ParkedBytes);
        });
    }
}
