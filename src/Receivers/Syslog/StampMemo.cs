using System.Runtime.Intrinsics;

namespace Receivers.Syslog;

/// <summary>What the last stamps meant: of neighbours nearly all name the same second, or at least the same minute.</summary>
/// <remarks>Of one reader; good for one <see cref="SyslogParserContext"/>, which forgets what was before it.</remarks>
sealed class StampMemo
{
    Vector128<byte> _second;
    SyslogZone? _zone;
    long _secondUnixNano;
    Vector128<byte> _minute;
    long _minuteUnixSeconds;

    public void Forget()
    {
        _zone = null;
        _minute = default;
    }

    /// <param name="stamp"><c>Mmm dd hh:mm:ss</c> and the byte behind.</param>
    /// <param name="zone">Zone that it is in.</param>
    /// <param name="unixNano">The instant.</param>
    public bool TryGetSecond(Vector128<byte> stamp, SyslogZone zone, out long unixNano)
    {
        unixNano = _secondUnixNano;
        return _second == stamp && _zone == zone;
    }

    public void SetSecond(Vector128<byte> stamp, SyslogZone zone, long unixNano) => (_second, _zone, _secondUnixNano) = (stamp, zone, unixNano);

    /// <param name="stamp"><c>yyyy-mm-ddThh:mm</c>.</param>
    /// <param name="unixSeconds">Start of the minute as if in UTC.</param>
    public bool TryGetMinute(Vector128<byte> stamp, out long unixSeconds)
    {
        unixSeconds = _minuteUnixSeconds;
        return _minute == stamp;
    }

    public void SetMinute(Vector128<byte> stamp, long unixSeconds) => (_minute, _minuteUnixSeconds) = (stamp, unixSeconds);
}
