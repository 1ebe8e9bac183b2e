namespace Collector.Commands.Lines;

/// <summary>What a line was taken for.</summary>
enum LineFormat
{
    /// <summary>No header that can be relied on: the whole line is the body.</summary>
    Plain,

    /// <summary>RFC 5424 or RFC 3164, or the line that a syslog daemon writes to a file.</summary>
    Syslog,

    /// <summary>An entry of <c>journalctl -o json</c>.</summary>
    Journald,

    /// <summary>An OTLP request in JSON, with any number of records.</summary>
    Otlp,

    /// <summary>A JSON object with a message.</summary>
    Json,
}
