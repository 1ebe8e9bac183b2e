using Prometheus;
using Receivers;

namespace Collector.Metrics;

/// <summary>Who sends, where a receiver tells senders apart: when each was last heard, and how far its clock is off.</summary>
/// <remarks>
/// The label is an address as this program writes it, never text of a record. Of each receiver at most <see cref="ShownMax"/> senders have series: who has them keeps
/// them until the receiver forgets the sender, so no series comes and goes, and a flood of forged addresses cannot push a known sender off the page.
/// </remarks>
sealed class SenderMetrics
{
    /// <summary>1,000 senders make about 200 KB of the page.</summary>
    public const int ShownMax = 1_000;

    readonly Gauge _known;
    readonly Gauge _silent;
    readonly Gauge _lastSeen;
    readonly Gauge _skew;
    readonly TimeProvider _time;
    readonly Lock _lock = new();
    readonly Dictionary<string, Dictionary<PeerAddress, string>> _shown = [];

    public SenderMetrics(MetricFactory metrics, TimeProvider time)
    {
        _time = time;
        _known = metrics.CreateGauge("collector_receiver_senders", "Senders that are remembered.", "receiver");
        _silent = metrics.CreateGauge("collector_receiver_silent_senders", "Remembered senders that have said nothing for longer than silent_after.", "receiver");
        _lastSeen = metrics.CreateGauge(
            "collector_receiver_sender_last_seen_timestamp_seconds", "When the sender's last record came; of a thousand senders at most.", "receiver", "sender");
        _skew = metrics.CreateGauge(
            "collector_receiver_sender_clock_skew_seconds", "The sender's clock less ours, by a recent record; of a thousand senders at most.", "receiver", "sender");
    }

    /// <summary>Brings the series up to date. Safe on any thread: two scrapes may meet.</summary>
    public void Update(string receiver, IReadOnlyList<SenderState> senders)
    {
        lock (_lock)
        {
            UpdateCore(receiver, senders);
        }
    }

    /// <summary>Takes the series of receivers away that a reload has removed: a silent sender of theirs would be missed for ever.</summary>
    public void Keep(IReadOnlyList<IReceiver> running)
    {
        lock (_lock)
        {
            foreach (string gone in _shown.Keys.Except(running.Select(r => r.Name)).ToArray())
            {
                Forget(gone, _shown[gone], []);
                _shown.Remove(gone);
                _known.RemoveLabelled(gone);
                _silent.RemoveLabelled(gone);
            }
        }
    }

    void UpdateCore(string receiver, IReadOnlyList<SenderState> senders)
    {
        _known.WithLabels(receiver).Set(senders.Count);
        _silent.WithLabels(receiver).Set(senders.Count(s => s.IsSilent));
        if (!_shown.TryGetValue(receiver, out Dictionary<PeerAddress, string>? shown))
        {
            _shown[receiver] = shown = [];
        }

        Forget(receiver, shown, senders);
        double now = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        foreach (SenderState sender in senders)
        {
            if (sender.SinceLast is not { } since || Name(shown, sender.Peer) is not { } name)
            {
                continue;
            }

            _lastSeen.WithLabels(receiver, name).Set(now - since.TotalSeconds);
            if (sender.SkewSeconds is { } skew)
            {
                _skew.WithLabels(receiver, name).Set(skew);
            }
        }
    }

    void Forget(string receiver, Dictionary<PeerAddress, string> shown, IReadOnlyList<SenderState> senders)
    {
        HashSet<PeerAddress> known = [.. senders.Select(s => s.Peer)];
        foreach ((PeerAddress peer, string name) in shown.Where(s => !known.Contains(s.Key)).ToArray())
        {
            shown.Remove(peer);
            _lastSeen.RemoveLabelled(receiver, name);
            _skew.RemoveLabelled(receiver, name);
        }
    }

    /// <returns>Null when there is no room for one more.</returns>
    static string? Name(Dictionary<PeerAddress, string> shown, PeerAddress peer)
    {
        if (!shown.TryGetValue(peer, out string? name) && shown.Count < ShownMax)
        {
            shown[peer] = name = peer.ToIPAddress().ToString();
        }

        return name;
    }
}
