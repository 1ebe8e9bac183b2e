using Receivers.Otlp.Reading;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp;

/// <summary>Reads one encoded <c>LogRecord</c> in place and checks all of it.</summary>
/// <remarks>Allocates nothing; pure but for the cut described at <see cref="Parse"/>.</remarks>
static class OtlpRecordParser
{
    const long DayNanoseconds = 24L * 60 * 60 * 1_000_000_000;
    const int SeverityNumberMax = 24;

    /// <summary>Fills everything of a record that does not come from its group.</summary>
    /// <param name="buffer">Where the message lies. Trace and span ids of a wrong length are cut out of it, so that what is passed on is valid; the message is then shorter.</param>
    /// <param name="offset">Of the message.</param>
    /// <param name="length">Of the message.</param>
    /// <param name="observedUnixNano">Time of receipt.</param>
    /// <param name="record">A cleared record.</param>
    /// <param name="body">The encoded body when it is no string and its text has yet to be found; else empty.</param>
    public static OtlpFault Parse(byte[] buffer, int offset, int length, long observedUnixNano, ref LogRecord record, out Slice body)
    {
        OtlpFault fault = ParseCore(buffer, offset, length, observedUnixNano, ref record, out body);
        if ((record.Marks & ParseMarks.InvalidTraceId) != 0 && fault == OtlpFault.None)
        {
            length = CutInvalidIds(buffer.AsSpan(offset, length));
            fault = ParseCore(buffer, offset, length, observedUnixNano, ref record, out body);
        }

        return fault;
    }

    static OtlpFault ParseCore(ReadOnlySpan<byte> buffer, int offset, int length, long observedUnixNano, ref LogRecord record, out Slice body)
    {
        ulong time = 0;
        ulong observed = 0;
        ParseMarks marks = record.Marks;
        body = default;
        record.Original = new Slice(offset, length);
        WireReader reader = new(buffer.Slice(offset, length));
        while (reader.TryReadTag(out uint tag))
        {
            OtlpFault inner = OtlpFault.None;
            switch (tag)
            {
                case Tags.Record.TimeUnixNano:
                    time = reader.ReadFixed64();
                    break;
                case Tags.Record.ObservedTimeUnixNano:
                    observed = reader.ReadFixed64();
                    break;
                case Tags.Record.SeverityNumber:
                    // Negative numbers are undefined and read as undeclared; those above the range are at least as bad as its end.
                    record.SeverityNumber = (byte)Math.Clamp((int)reader.ReadVarint32(), 0, SeverityNumberMax);
                    break;
                case Tags.Record.SeverityText or Tags.Record.EventName:
                    reader.ReadString();
                    break;
                case Tags.Record.Body:
                    ReadOnlySpan<byte> value = reader.ReadBytes();
                    if (TryReadText(value, out int textLength))
                    {
                        reader.CheckText(value[^textLength..]);
                        record.Body = new Slice(offset + reader.Position - textLength, textLength);
                        body = default;
                        break;
                    }

                    inner = WireCheck.AnyValue(value, 1, ref marks);
                    // Sent twice, which nobody should: the last one that says something counts.
                    if (new OtlpValue(value).Kind != OtlpValueKind.Empty)
                    {
                        body = new Slice(offset + reader.Position - value.Length, value.Length);
                    }

                    break;
                case Tags.Record.Attributes:
                    int behind = PlainAttributes.Skip(buffer, offset + reader.Position, offset + length) - offset;
                    if (behind > reader.Position)
                    {
                        reader.Position = behind;
                    }
                    else
                    {
                        inner = WireCheck.KeyValue(reader.ReadBytes(), 1, ref marks);
                    }

                    break;
                case Tags.Record.TraceId:
                    marks |= IdMark(reader.ReadBytes().Length, OtlpRecordReader.TraceIdBytes);
                    break;
                case Tags.Record.SpanId:
                    marks |= IdMark(reader.ReadBytes().Length, OtlpRecordReader.SpanIdBytes);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }

            if (inner != OtlpFault.None)
            {
                return inner;
            }
        }

        if (reader.HasInvalidUtf8)
        {
            marks |= ParseMarks.InvalidUtf8;
        }

        // 2^63 ns is the year 2262; what lies beyond is a mistake of the sender's, kept in the original.
        record.TimestampUnixNano = (long)Math.Min(time, long.MaxValue);
        record.ObservedUnixNano = observed == 0 ? observedUnixNano : (long)Math.Min(observed, long.MaxValue);
        if (record.TimestampUnixNano > observedUnixNano + DayNanoseconds)
        {
            marks |= ParseMarks.FutureTimestamp;
        }

        record.Marks = marks;
        return reader.Fault;
    }

    /// <summary>The common case: a body that is one string and nothing else, which is then its end.</summary>
    static bool TryReadText(ReadOnlySpan<byte> value, out int length)
    {
        WireReader reader = new(value);
        length = reader.TryReadTag(out uint tag) && tag == Tags.AnyValue.String ? (int)reader.ReadVarint32() : -1;
        return length == value.Length - reader.Position && reader.Fault == OtlpFault.None;
    }

    static ParseMarks IdMark(int length, int expected) => length == 0 || length == expected ? ParseMarks.None : ParseMarks.InvalidTraceId;

    /// <summary>Cuts ids of a wrong length. Of an id that came twice the last one counts: when that one is wrong, none is left.</summary>
    /// <returns>Length of what is left.</returns>
    static int CutInvalidIds(Span<byte> message)
    {
        (ParseMarks lastTrace, ParseMarks lastSpan) = (ParseMarks.None, ParseMarks.None);
        WireReader ids = new(message);
        while (ids.TryReadTag(out uint tag))
        {
            if (tag == Tags.Record.TraceId)
            {
                lastTrace = IdMark(ids.ReadBytes().Length, OtlpRecordReader.TraceIdBytes);
            }
            else if (tag == Tags.Record.SpanId)
            {
                lastSpan = IdMark(ids.ReadBytes().Length, OtlpRecordReader.SpanIdBytes);
            }
            else
            {
                ids.Skip(tag);
            }
        }

        int kept = 0;
        int start = 0;
        WireReader reader = new(message);
        while (reader.TryReadTag(out uint tag))
        {
            bool isCut = false;
            switch (tag)
            {
                case Tags.Record.TraceId:
                    isCut = (lastTrace | IdMark(reader.ReadBytes().Length, OtlpRecordReader.TraceIdBytes)) != ParseMarks.None;
                    break;
                case Tags.Record.SpanId:
                    isCut = (lastSpan | IdMark(reader.ReadBytes().Length, OtlpRecordReader.SpanIdBytes)) != ParseMarks.None;
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }

            int end = reader.Position;
            if (!isCut)
            {
                // Moves towards the front only, behind the reader.
                message[start..end].CopyTo(message[kept..]);
                kept += end - start;
            }

            start = end;
        }

        return kept;
    }
}
