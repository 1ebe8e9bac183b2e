using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Receivers.Syslog;

/// <summary>All stream connections of the receiver: how many there may be, how long each may be silent, and their end.</summary>
/// <remarks>Safe on any thread. One timer looks at all of them, so that a silent connection needs none of its own.</remarks>
sealed class ConnectionTable : IDisposable
{
    static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    readonly SyslogOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    readonly Dictionary<PeerAddress, int> _perAddress = [];
    readonly ConcurrentDictionary<ITimedConnection, Task> _served = new();
    int _open;
    volatile bool _isEnding;

    public ConnectionTable(SyslogOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _log = log;
        _timer = time.CreateTimer(static table => ((ConnectionTable)table!).Sweep(), this, SweepEvery, SweepEvery);
    }

    /// <summary>Books one more connection.</summary>
    /// <param name="peer">Unknown for unix sockets, which only the total bounds.</param>
    /// <returns>Null, or the reason why not; <see cref="Leave"/> is owed only in the first case.</returns>
    public string? Enter(PeerAddress peer)
    {
        PeerAddress address = peer.WithPort(0);
        lock (_lock)
        {
            if (_open >= _options.ConnectionsMax)
            {
                return RefusedReasons.ConnectionLimit;
            }

            int already = _perAddress.GetValueOrDefault(address);
            if (peer.IsKnown && already >= _options.ConnectionsPerAddressMax)
            {
                return RefusedReasons.AddressLimit;
            }

            _open++;
            _perAddress[address] = already + 1;
            return null;
        }
    }

    public void Leave(PeerAddress peer)
    {
        PeerAddress address = peer.WithPort(0);
        lock (_lock)
        {
            _open--;
            int left = _perAddress[address] - 1;
            if (left > 0)
            {
                _perAddress[address] = left;
            }
            else
            {
                _perAddress.Remove(address);
            }
        }
    }

    /// <summary>Serves a booked connection to its end, and takes it off the books.</summary>
    public void Serve(ITimedConnection connection, PeerAddress peer, ReceiverStatistics statistics)
    {
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _served[connection] = ServeCoreAsync(connection, peer, statistics, start.Task);
        start.SetResult();
        if (_isEnding)
        {
            connection.End(DropReasons.Shutdown);
        }
    }

    /// <summary>Ends all connections; the task ends when the last one has handed on what it had.</summary>
    public Task EndAllAsync()
    {
        _isEnding = true;
        foreach (ITimedConnection connection in _served.Keys)
        {
            connection.End(DropReasons.Shutdown);
        }

        return Task.WhenAll(_served.Values);
    }

    public void Dispose() => _timer.Dispose();

    async Task ServeCoreAsync(ITimedConnection connection, PeerAddress peer, ReceiverStatistics statistics, Task start)
    {
        // Off the accepting thread, and not before the connection can be found.
        await start.ConfigureAwait(false);
        statistics.AddConnections(1);
        try
        {
            await connection.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _log.Failed(e, "connection");
        }

        // In this order: who reads the count and finds room in it is let in.
        Leave(peer);
        statistics.AddConnections(-1);
        _served.TryRemove(connection, out _);
    }

    void Sweep()
    {
        long now = _time.GetTimestamp();
        foreach (ITimedConnection connection in _served.Keys)
        {
            long waiting = connection.WaitingSince, frame = connection.FrameSince;
            if (waiting == 0)
            {
                continue;
            }

            if (frame != 0 && _time.GetElapsedTime(frame, now) >= _options.FrameTimeout)
            {
                connection.End(RefusedReasons.FrameTimeout);
            }
            else if (_time.GetElapsedTime(waiting, now) >= _options.IdleTimeout)
            {
                connection.End(RefusedReasons.IdleTimeout);
            }
        }
    }
}
