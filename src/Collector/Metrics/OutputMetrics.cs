using Collector.Outputs;
using Prometheus;

namespace Collector.Metrics;

/// <summary>What goes out, by output.</summary>
static class OutputMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, Func<IReadOnlyList<OutputQueue>> outputs)
    {
        Counter delivered = metrics.CreateCounter("collector_output_delivered_log_records_total", "Log records that the output has taken.", "output");
        Counter failed = metrics.CreateCounter("collector_output_failed_log_records_total", "Log records that the far side refused for good.", "output");
        Counter dropped = metrics.CreateCounter(
            "collector_output_dropped_log_records_total", "Log records given up: queue full, too long without success, shutdown.", "output");
        Counter letters = metrics.CreateCounter(
            "collector_output_dead_letters_total", "Log records refused or given up for good that were written to the file of dead letters.", "output");
        Counter lostLetters = metrics.CreateCounter(
            "collector_output_lost_dead_letters_total", "Log records refused or given up for good that were not: no room, or the far side did not say which they were.", "output");
        Gauge queued = metrics.CreateGauge("collector_output_queue_records", "Log records that wait for the output.", "output");
        Gauge bytes = metrics.CreateGauge("collector_output_queue_bytes", "Memory of the log records that wait for the output.", "output");
        Gauge spooled = metrics.CreateGauge("collector_output_spool_records", "Of collector_output_queue_records, those that are on disk.", "output");
        Gauge spoolBytes = metrics.CreateGauge("collector_output_spool_bytes", "Size of the output's spool on disk.", "output");
        Counter damaged = metrics.CreateCounter(
            "collector_output_spool_damaged_blocks_total", "Blocks of the output's spool that could not be read, those that a crash has cut included.", "output");
        Counter unwritten = metrics.CreateCounter(
            "collector_output_spool_write_failures_total", "Times that the disk did not take what was to go to the output's spool; it is tried again.", "output");
        Gauge age = metrics.CreateGauge("collector_output_queue_oldest_age_seconds", "Age of the oldest log record that waits for the output.", "output");

        RunningTotals totals = new();
        registry.AddBeforeCollectCallback(() =>
        {
            foreach (OutputQueue output in outputs())
            {
                totals.Follow(delivered.WithLabels(output.Name), output, output.Statistics.Delivered);
                totals.Follow(failed.WithLabels(output.Name), output, output.Statistics.Failed);
                totals.Follow(dropped.WithLabels(output.Name), output, output.Statistics.DroppedTotal);
                totals.Follow(letters.WithLabels(output.Name), output, output.Statistics.DeadLetters);
                totals.Follow(lostLetters.WithLabels(output.Name), output, output.Statistics.LostDeadLetters);
                queued.WithLabels(output.Name).Set(output.Statistics.QueuedRecords);
                bytes.WithLabels(output.Name).Set(output.Statistics.QueuedBytes);
                age.WithLabels(output.Name).Set(output.OldestAgeSeconds);
                if (output.Spool is { } spool)
                {
                    spooled.WithLabels(output.Name).Set(spool.Records);
                    spoolBytes.WithLabels(output.Name).Set(spool.Bytes);
                    totals.Follow(damaged.WithLabels(output.Name), spool, spool.DamagedBlocks);
                    totals.Follow(unwritten.WithLabels(output.Name), spool, spool.WriteFailures);
                }
            }
        });
    }
}
