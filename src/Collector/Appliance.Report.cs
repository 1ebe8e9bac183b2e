using Classifier;
using Collector.Metrics;
using Collector.Outputs;
using Collector.Status;

namespace Collector;

sealed partial class Appliance
{
    /// <summary>Everything at a glance, for the status page.</summary>
    StatusReport Report()
    {
        long[] lastMinute = _verdicts.LastMinute();
        ClassifierStatistics classifier = _classifier.Statistics;
        return new StatusReport
        {
            Version = BuildFacts.Version,
            Model = _classifier.Problem is null ? _classifier.ModelName : null,
            Configuration = _configuration.Source,
            UptimeSeconds = Math.Round(_time.GetElapsedTime(_startedAt).TotalSeconds, 1),
            Health = _health.Report(),
            LastMinute = LabelNames.Severities.Select((name, i) => (name, lastMinute[i])).ToDictionary(),
            Ledger = new LedgerStatus(
                _ledger.Received, _ledger.Delivered, _ledger.Queued, [.. _ledger.Dropped.Select(d => new DroppedStatus(d.Key.Stage, d.Key.Reason, d.Value))]),
            Receivers = [.. Receivers.Select(r => new ReceiverStatus(
                r.Name, r.Listening, r.Statistics.Sum(s => s.Accepted), r.Statistics.Sum(s => s.Refused.Sum(p => p.Value)),
                r.Statistics.Sum(s => s.Bytes), r.Statistics.Sum(s => s.Connections), r.Statistics.Sum(s => s.SocketDrops)))],
            Classifier = new ClassifierStatus(
                classifier.Templates, classifier.CacheHits, classifier.CacheMisses, classifier.PendingTemplates, classifier.Inferences,
                Math.Round(classifier.InferenceSeconds, 3)),
            Outputs = [.. Outputs.Select(Of)],
        };
    }

    static OutputStatus Of(OutputQueue output)
    {
        OutputStatistics books = output.Statistics;
        return new OutputStatus(
            output.Name, books.Delivered, books.Failed, books.DroppedTotal, books.QueuedRecords, Math.Round(output.OldestAgeSeconds, 1),
            books.LastError.Length == 0 ? null : books.LastError);
    }
}
