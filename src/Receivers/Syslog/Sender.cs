namespace Receivers.Syslog;

/// <summary>One address that sends: when it was last heard, how far its clock is off, and how much it may send.</summary>
/// <remarks>Safe on any thread; several sockets may carry one sender. Touched once a read or datagram.</remarks>
sealed class Sender(PeerAddress peer, SyslogZone zone, long rateMax)
{
    const long NoSkew = long.MinValue;

    long _lastSeen;
    long _records;
    long _skewSeconds = NoSkew;
    long _window = -1;
    long _inWindow;
    long _suppressed;
    int _isLimited;
    int _isSilent;

    /// <summary>Port 0.</summary>
    public PeerAddress Peer { get; } = peer;

    /// <summary>Zone of its stamps that name none.</summary>
    public SyslogZone Zone { get; } = zone;

    /// <summary>Timestamp of the last record.</summary>
    public long LastSeen => Volatile.Read(ref _lastSeen);

    public long Records => Volatile.Read(ref _records);

    /// <summary>Event time of a recent record less the time of its receipt; null until there was one with a stamp.</summary>
    public long? SkewSeconds => Volatile.Read(ref _skewSeconds) is var skew and not NoSkew ? skew : null;

    /// <summary>Set and cleared by the table's sweep.</summary>
    public bool IsSilent => Volatile.Read(ref _isSilent) != 0;

    public bool IsLimited => Volatile.Read(ref _isLimited) != 0;

    /// <summary>Books records that have come.</summary>
    public void Touch(int records, in LogRecord last, long timestamp)
    {
        Volatile.Write(ref _lastSeen, timestamp);
        Interlocked.Add(ref _records, records);
        if (last.TimestampUnixNano != 0)
        {
            Volatile.Write(ref _skewSeconds, (last.TimestampUnixNano - last.ObservedUnixNano) / CivilTime.NanosPerSecond);
        }
    }

    /// <summary>Takes from the allowance of this second.</summary>
    /// <param name="second">Any count of seconds that grows.</param>
    /// <param name="records">How many.</param>
    /// <returns>False when the sender is over it.</returns>
    public bool TryTake(long second, int records)
    {
        long window = Volatile.Read(ref _window);
        if (window != second && Interlocked.CompareExchange(ref _window, second, window) == window)
        {
            Volatile.Write(ref _inWindow, 0);
        }

        return Interlocked.Add(ref _inWindow, records) <= rateMax;
    }

    /// <summary>True for the first refusal since it was last within its limit.</summary>
    public bool EnterLimited(int records)
    {
        Interlocked.Add(ref _suppressed, records);
        return Interlocked.Exchange(ref _isLimited, 1) == 0;
    }

    /// <summary>True when it was limited and has kept within its allowance for a whole second.</summary>
    /// <param name="second">The current one.</param>
    /// <param name="suppressed">Records that were refused or held up meanwhile.</param>
    public bool LeaveLimited(long second, out long suppressed)
    {
        suppressed = 0;
        bool isOver = Volatile.Read(ref _window) >= second - 1 && Volatile.Read(ref _inWindow) > rateMax;
        if (!IsLimited || isOver || Interlocked.Exchange(ref _isLimited, 0) == 0)
        {
            return false;
        }

        suppressed = Interlocked.Exchange(ref _suppressed, 0);
        return true;
    }

    /// <summary>True when the state changed.</summary>
    public bool SetSilent(bool isSilent) => Interlocked.Exchange(ref _isSilent, isSilent ? 1 : 0) != (isSilent ? 1 : 0);
}
