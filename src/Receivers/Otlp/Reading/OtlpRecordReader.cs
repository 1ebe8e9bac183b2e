using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>Reads an encoded <c>LogRecord</c>: <see cref="LogRecord.Original"/> of a batch whose format is <see cref="RecordFormat.Otlp"/>.</summary>
/// <remarks>
/// One pass over the fields, no allocation; spans point into the batch's buffer and live as long as the batch is held. Made for bytes that the receiver
/// has checked; on others it gives what can be read and never throws. The bytes themselves may be passed on as they are, as field 2 of a <c>ScopeLogs</c>.
/// </remarks>
public readonly ref struct OtlpRecordReader
{
    /// <summary>Bytes of a trace id. Source: W3C Trace Context.</summary>
    public const int TraceIdBytes = 16;

    /// <summary>Bytes of a span id.</summary>
    public const int SpanIdBytes = 8;

    readonly ReadOnlySpan<byte> _message;
    readonly ReadOnlySpan<byte> _body;

    /// <param name="message">Encoded <c>LogRecord</c>.</param>
    public OtlpRecordReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        WireReader reader = new(message);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Tags.Record.TimeUnixNano:
                    TimeUnixNano = reader.ReadFixed64();
                    break;
                case Tags.Record.ObservedTimeUnixNano:
                    ObservedTimeUnixNano = reader.ReadFixed64();
                    break;
                case Tags.Record.SeverityNumber:
                    SeverityNumber = (int)reader.ReadVarint32();
                    break;
                case Tags.Record.SeverityText:
                    SeverityText = reader.ReadBytes();
                    break;
                case Tags.Record.Body:
                    ReadOnlySpan<byte> body = reader.ReadBytes();
                    // Sent twice, which nobody should: the last one that says something counts.
                    if (_body.IsEmpty || new OtlpValue(body).Kind != OtlpValueKind.Empty)
                    {
                        _body = body;
                    }

                    break;
                case Tags.Record.DroppedAttributesCount:
                    DroppedAttributesCount = reader.ReadVarint32();
                    break;
                case Tags.Record.Flags:
                    Flags = reader.ReadFixed32();
                    break;
                case Tags.Record.TraceId:
                    TraceId = Id(reader.ReadBytes(), TraceIdBytes);
                    break;
                case Tags.Record.SpanId:
                    SpanId = Id(reader.ReadBytes(), SpanIdBytes);
                    break;
                case Tags.Record.EventName:
                    EventName = reader.ReadBytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
    }

    /// <summary>As sent; 0 when unknown. Nanoseconds since the Unix epoch.</summary>
    public ulong TimeUnixNano { get; }

    /// <summary>As sent; 0 when the sender set none.</summary>
    public ulong ObservedTimeUnixNano { get; }

    /// <summary>As sent: 1 to 24 are defined, 0 is unspecified, others are possible.</summary>
    public int SeverityNumber { get; }

    /// <summary>The sender's own word for the severity; may be empty.</summary>
    public ReadOnlySpan<byte> SeverityText { get; }

    public OtlpValue Body => new(_body);

    public OtlpAttributes Attributes => new(_message, Tags.Record.Attributes);

    public uint DroppedAttributesCount { get; }

    /// <summary>The low eight bits are the W3C trace flags.</summary>
    public uint Flags { get; }

    /// <summary>16 bytes; empty when absent, invalid or all zero.</summary>
    public ReadOnlySpan<byte> TraceId { get; }

    /// <summary>8 bytes; empty when absent, invalid or all zero.</summary>
    public ReadOnlySpan<byte> SpanId { get; }

    /// <summary>Empty unless the record is an event.</summary>
    public ReadOnlySpan<byte> EventName { get; }

    static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length == length && bytes.ContainsAnyExcept((byte)0) ? bytes : default;
}
