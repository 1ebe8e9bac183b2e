using Prometheus;
using Receivers;

namespace Collector.Metrics;

/// <summary>What comes in, by receiver and transport.</summary>
static class ReceiverMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, Func<IReadOnlyList<IReceiver>> receivers, TimeProvider time)
    {
        Counter accepted = metrics.CreateCounter(
            "collector_receiver_accepted_log_records_total", "Log records taken in.", "receiver", "transport");
        Counter refused = metrics.CreateCounter(
            "collector_receiver_refused_log_records_total", "Log records, connections or requests turned away.", "receiver", "transport", "reason");
        Counter bytes = metrics.CreateCounter("collector_receiver_bytes_total", "Bytes read from the network.", "receiver", "transport");
        Counter marks = metrics.CreateCounter(
            "collector_receiver_parse_errors_total", "Log records in which the parser had to forgive something; none is lost.", "receiver", "reason");
        Counter socketDrops = metrics.CreateCounter(
            "collector_receiver_socket_drops_total", "Datagrams that the kernel dropped because the socket buffer was full.", "receiver");
        Gauge connections = metrics.CreateGauge("collector_receiver_connections", "Connections open now.", "receiver");

        Gauge expiry = metrics.CreateGauge(
            "collector_tls_certificate_expiry_timestamp_seconds", "When the certificate that senders are shown, or an intermediate of it, ends.", "receiver");
        SenderMetrics senders = new(metrics, time);
        RunningTotals totals = new();

        registry.AddBeforeCollectCallback(() =>
        {
            IReadOnlyList<IReceiver> running = receivers();
            senders.Keep(running);
            foreach (IReceiver receiver in running)
            {
                long[] marked = new long[ParseMarkNames.All.Count];
                foreach (ReceiverStatistics statistics in receiver.Statistics)
                {
                    totals.Follow(accepted.WithLabels(receiver.Name, statistics.Transport), statistics, statistics.Accepted);
                    totals.Follow(bytes.WithLabels(receiver.Name, statistics.Transport), statistics, statistics.Bytes);
                    foreach ((string reason, long count) in statistics.Refused)
                    {
                        totals.Follow(refused.WithLabels(receiver.Name, statistics.Transport, reason), statistics, count);
                    }

                    for (int bit = 0; bit < marked.Length; bit++)
                    {
                        marked[bit] += statistics.Marked(bit);
                    }
                }

                for (int bit = 0; bit < marked.Length; bit++)
                {
                    totals.Follow(marks.WithLabels(receiver.Name, ParseMarkNames.All[bit]), receiver, marked[bit]);
                }

                totals.Follow(socketDrops.WithLabels(receiver.Name), receiver, receiver.Statistics.Sum(s => s.SocketDrops));
                connections.WithLabels(receiver.Name).Set(receiver.Statistics.Sum(s => s.Connections));
                senders.Update(receiver.Name, receiver.Senders);
                if (receiver.CertificateExpiry is { } end)
                {
                    expiry.WithLabels(receiver.Name).Set(end.ToUnixTimeSeconds());
                }
                else
                {
                    expiry.RemoveLabelled(receiver.Name);
                }
            }
        });
    }
}
