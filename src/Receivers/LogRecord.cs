namespace Receivers;

/// <summary>One log record: fixed-size facts, and where its texts lie in the buffer of its <see cref="RecordBatch"/>.</summary>
/// <remarks>
/// A mutable struct in an array that the batch owns; pass it by <c>ref</c>. The texts are bytes as they came: mostly UTF-8, never trusted.
/// The sender's own severity stays as it was; the verdict travels beside the record.
/// </remarks>
public struct LogRecord
{
    /// <summary>Event time in ns since the Unix epoch; 0 when the sender gave none.</summary>
    public long TimestampUnixNano;

    /// <summary>Time of receipt in ns since the Unix epoch.</summary>
    public long ObservedUnixNano;

    /// <summary>The whole record as it came: the syslog frame without its framing, or the encoded OTLP <c>LogRecord</c>.</summary>
    public Slice Original;

    /// <summary>Syslog MSG, or OTel body as text. The raw line when the header does not parse.</summary>
    public Slice Body;

    /// <summary>Syslog HOSTNAME, OTel <c>host.name</c>.</summary>
    public Slice Hostname;

    /// <summary>Syslog APP-NAME or TAG, OTel <c>service.name</c>.</summary>
    public Slice AppName;

    /// <summary>Syslog PROCID, or the number in <c>tag[pid]</c>.</summary>
    public Slice ProcId;

    /// <summary>Syslog MSGID.</summary>
    public Slice MsgId;

    /// <summary>RFC 5424 STRUCTURED-DATA as it came (<c>[id k="v"]…</c>, escapes intact), well-formed when present.</summary>
    public Slice StructuredData;

    /// <summary>What the parser had to forgive.</summary>
    public ParseMarks Marks;

    /// <summary>Index into <see cref="RecordBatch.Sources"/>.</summary>
    public int Source;

    /// <summary>OTel SeverityNumber 1 to 24 as the sender declared it; 0 when it did not.</summary>
    public byte SeverityNumber;

    /// <summary>Syslog facility 0 to 23; -1 when there is none.</summary>
    public sbyte Facility;

    /// <summary>Where <see cref="HeaderWord"/> starts, from the start of <see cref="Original"/>.</summary>
    public byte HeaderWordOffset;

    /// <summary>Bytes of <see cref="HeaderWord"/>.</summary>
    public byte HeaderWordLength;

    /// <summary>What a dialect of syslog writes into the header that has no field of its own: Cisco's sequence number (digits), F5's level (a word).</summary>
    public readonly Slice HeaderWord => HeaderWordLength == 0 ? default : new Slice(Original.Offset + HeaderWordOffset, HeaderWordLength);
}
