namespace Receivers.Syslog;

/// <summary>The time zone that stamps without one are read in.</summary>
/// <remarks>Safe on any thread. The last quarter of an hour looked up is kept, since a sender's stamps come in runs; zones change on such quarters only.</remarks>
public sealed class SyslogZone
{
    const int QuarterSeconds = 900;
    const int OffsetBits = 20;
    const int OffsetBias = 1 << (OffsetBits - 1);

    readonly TimeZoneInfo _zone;
    readonly bool _isUtc;
    long _last = long.MinValue;

    public SyslogZone(TimeZoneInfo zone)
    {
        _zone = zone;
        _isUtc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;
    }

    public static SyslogZone Utc { get; } = new(TimeZoneInfo.Utc);

    public string Name => _zone.Id;

    /// <summary>Unix time of a wall-clock time here. An hour that happens twice is read as standard time.</summary>
    /// <param name="localSeconds">Wall-clock time as if it were UTC, in seconds since 1970; years 1 to 9999.</param>
    public long ToUnixSeconds(long localSeconds)
    {
        if (_isUtc)
        {
            return localSeconds;
        }

        long quarter = Math.DivRem(localSeconds, QuarterSeconds, out long rest) - (rest < 0 ? 1 : 0);
        long last = Volatile.Read(ref _last);
        return last >> OffsetBits == quarter
            ? localSeconds - ((last & ((1 << OffsetBits) - 1)) - OffsetBias)
            : LookUp(localSeconds, quarter);
    }

    long LookUp(long localSeconds, long quarter)
    {
        DateTime local = new(DateTime.UnixEpoch.Ticks + (quarter * QuarterSeconds * TimeSpan.TicksPerSecond), DateTimeKind.Unspecified);
        int offset = (int)_zone.GetUtcOffset(local).TotalSeconds;
        Volatile.Write(ref _last, (quarter << OffsetBits) | (uint)(offset + OffsetBias));
        return localSeconds - offset;
    }
}
