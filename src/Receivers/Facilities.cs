namespace Receivers;

/// <summary>Names of the syslog facilities 0 to 23. Source: RFC 5424 table 1, keywords as rsyslog and syslog(3) spell them.</summary>
public static class Facilities
{
    static string[] Names { get; } =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    /// <returns>Empty for a number outside 0 to 23.</returns>
    public static string Name(int facility) => (uint)facility < (uint)Names.Length ? Names[facility] : "";
}
