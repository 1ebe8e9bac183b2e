namespace Receivers;

/// <summary>What a parser had to forgive or change. Written as the <c>parse</c> list of a record and counted by reason.</summary>
[Flags]
public enum ParseMarks : uint
{
    None = 0,

    /// <summary>No <c>&lt;PRI&gt;</c>: facility and severity are unknown (RFC 3164 relays assume 13).</summary>
    MissingPri = 1 << 0,

    /// <summary>A <c>&lt;</c> that opens no PRI of 0 to 191: the whole line is the body.</summary>
    InvalidPri = 1 << 1,

    /// <summary>No usable time stamp: the event time is the time of receipt.</summary>
    MissingTimestamp = 1 << 2,

    /// <summary>No host name: the peer's address stands in.</summary>
    MissingHostname = 1 << 3,

    /// <summary>Announced RFC 5424 but broke its header grammar; read as RFC 3164 or raw text.</summary>
    InvalidHeader = 1 << 4,

    /// <summary>Structured data that breaks RFC 5424 §6.3; kept as part of the body.</summary>
    InvalidStructuredData = 1 << 5,

    /// <summary>Longer than the limit; cut at a character boundary.</summary>
    Truncated = 1 << 6,

    /// <summary>Not UTF-8; outputs replace the bad bytes and carry the original beside.</summary>
    InvalidUtf8 = 1 << 7,

    /// <summary>An octet count where the transport has none, or framing that had to be guessed.</summary>
    UnexpectedFraming = 1 << 8,

    /// <summary>The stream ended inside this record.</summary>
    Incomplete = 1 << 9,

    /// <summary>More than 24 hours ahead of the time of receipt; the stamp is kept.</summary>
    FutureTimestamp = 1 << 10,

    /// <summary>The device said that its clock is not set (Cisco <c>*</c>) or not synchronised (<c>.</c>).</summary>
    UnsyncedClock = 1 << 11,

    /// <summary>A trace or span id of the wrong length or alphabet was left out.</summary>
    InvalidTraceId = 1 << 12,
}

/// <summary>The one spelling of each mark in records, metrics and documentation.</summary>
public static class ParseMarkNames
{
    /// <summary>Names by bit number.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "missing_pri", "invalid_pri", "missing_timestamp", "missing_hostname", "invalid_header", "invalid_structured_data", "truncated",
        "invalid_utf8", "unexpected_framing", "incomplete", "future_timestamp", "unsynced_clock", "invalid_trace_id",
    ];
}
