using System.Collections.Concurrent;

namespace Receivers.Syslog;

/// <summary>The senders we know: the most recent ones, by address.</summary>
/// <remarks>
/// Safe on any thread. Bounded: when it is full, the quarter that has been silent longest makes room; until the next look, a newcomer is served by a
/// sender that is not kept, so a flood of forged addresses costs no memory. What is not kept has no limit and is not missed when silent.
/// </remarks>
sealed class SenderTable : IDisposable
{
    static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    readonly SyslogIntake _intake;
    readonly ConcurrentDictionary<PeerAddress, Sender> _senders = new();
    readonly NetworkList _zoneNetworks;
    readonly SyslogZone[] _zones;
    readonly Sender _unkept;
    readonly ITimer _timer;
    int _count;

    public SenderTable(SyslogIntake intake)
    {
        _intake = intake;
        _zoneNetworks = new NetworkList(intake.Options.Zones.Select(z => z.From));
        _zones = [.. intake.Options.Zones.Select(z => new SyslogZone(z.Zone))];
        _unkept = new Sender(default, intake.Zone, long.MaxValue);
        _timer = intake.Time.CreateTimer(static table => ((SenderTable)table!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>The sender of this address, port or no port.</summary>
    public Sender Of(PeerAddress peer)
    {
        PeerAddress address = peer.WithPort(0);
        if (_senders.TryGetValue(address, out Sender? known))
        {
            return known;
        }

        SyslogZone zone = ZoneOf(address);
        if (!address.IsKnown || Volatile.Read(ref _count) >= _intake.Options.SendersMax)
        {
            return ReferenceEquals(zone, _intake.Zone) ? _unkept : new Sender(default, zone, long.MaxValue);
        }

        Sender sender = new(address, zone, _intake.Options.RateMax == 0 ? long.MaxValue : _intake.Options.RateMax);
        if (_senders.TryAdd(address, sender))
        {
            Interlocked.Increment(ref _count);
            return sender;
        }

        return _senders.GetValueOrDefault(address, _unkept);
    }

    public IReadOnlyList<SenderState> States() =>
    [
        .. _senders.Values.Select(s => new SenderState(
            s.Peer, s.Records, s.LastSeen == 0 ? null : _intake.Time.GetElapsedTime(s.LastSeen), s.SkewSeconds, s.IsSilent, s.IsLimited)),
    ];

    public void Dispose() => _timer.Dispose();

    SyslogZone ZoneOf(PeerAddress address)
    {
        int index = _zoneNetworks.IndexOf(address);
        return index < 0 ? _intake.Zone : _zones[index];
    }

    void Sweep()
    {
        long now = _intake.Time.GetTimestamp();
        long second = _intake.Second(now);
        TimeSpan silentAfter = _intake.Options.SilentAfter;
        foreach (Sender sender in _senders.Values)
        {
            if (sender.LeaveLimited(second, out long suppressed))
            {
                _intake.Log.RateLimitLeft(sender.Peer, suppressed);
            }

            bool isSilent = silentAfter > TimeSpan.Zero && sender.LastSeen != 0 && _intake.Time.GetElapsedTime(sender.LastSeen, now) >= silentAfter;
            if (sender.SetSilent(isSilent))
            {
                NoteSilence(sender, isSilent);
            }
        }

        if (Volatile.Read(ref _count) >= _intake.Options.SendersMax)
        {
            MakeRoom();
        }
    }

    void NoteSilence(Sender sender, bool isSilent)
    {
        if (isSilent)
        {
            _intake.Log.SenderSilent(sender.Peer, _intake.Options.SilentAfter);
        }
        else
        {
            _intake.Log.SenderBack(sender.Peer);
        }
    }

    void MakeRoom()
    {
        foreach (Sender sender in _senders.Values.OrderBy(s => s.LastSeen).Take(Math.Max(1, _intake.Options.SendersMax / 4)).ToArray())
        {
            if (_senders.TryRemove(sender.Peer, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
