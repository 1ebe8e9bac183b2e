namespace Receivers;

/// <summary>Syslog severities and OTel severity numbers. Source: OpenTelemetry specification, logs/data-model-appendix, appendix B.</summary>
public static class SeverityNumbers
{
    static ReadOnlySpan<byte> BySyslog => [21, 19, 18, 17, 13, 10, 9, 5];

    /// <param name="severity">0 (emergency) to 7 (debug).</param>
    /// <returns>OTel SeverityNumber, 5 to 21.</returns>
    public static byte FromSyslog(int severity) => BySyslog[severity & 7];

    /// <summary>The way back: <see cref="FromSyslog"/>'s own numbers give the severity that they came from, those between the next milder one.</summary>
    /// <param name="severityNumber">0 to 24; 0 is notice, as for a syslog message that says nothing (RFC 3164 §4.3.3).</param>
    /// <returns>0 (emergency) to 7 (debug).</returns>
    public static int ToSyslog(byte severityNumber) => severityNumber switch
    {
        0 or >= 10 and <= 12 => 5,
        >= 21 => 0,
        >= 19 => 1,
        18 => 2,
        17 => 3,
        >= 13 => 4,
        9 => 6,
        _ => 7,
    };

    /// <summary>The syslog keyword of each number that <see cref="FromSyslog"/> gives, else the OTel short name; empty for 0.</summary>
    /// <param name="severityNumber">0 to 24.</param>
    /// <param name="isSyslog">True for <c>err</c>, false for <c>ERROR</c>.</param>
    public static string Text(int severityNumber, bool isSyslog) => isSyslog
        ? severityNumber switch { 21 => "emerg", 19 => "alert", 18 => "crit", 17 => "err", 13 => "warning", 10 => "notice", 9 => "info", 5 => "debug", _ => "" }
        : severityNumber switch
        {
            >= 1 and <= 24 => OtelNames[severityNumber - 1],
            _ => "",
        };

    static string[] OtelNames { get; } =
    [
        "TRACE", "TRACE2", "TRACE3", "TRACE4", "DEBUG", "DEBUG2", "DEBUG3", "DEBUG4", "INFO", "INFO2", "INFO3", "INFO4",
        "WARN", "WARN2", "WARN3", "WARN4", "ERROR", "ERROR2", "ERROR3", "ERROR4", "FATAL", "FATAL2", "FATAL3", "FATAL4",
    ];
}
