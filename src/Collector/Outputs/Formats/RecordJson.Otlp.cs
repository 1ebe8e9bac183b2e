using System.Globalization;
using Collector.Pipeline;
using Receivers;
using Receivers.Otlp.Reading;

namespace Collector.Outputs.Formats;

// What only OTLP records have; read from the encoded LogRecord, Resource and InstrumentationScope.
sealed partial class RecordJson
{
    readonly OtlpJson _otlp = new();

    /// <summary>The sender's own word for the severity; the number's short name when it gave none.</summary>
    static bool WriteOtlpSeverity(PayloadBuffer to, in LogRecord record, in OtlpRecordReader reader)
    {
        int number = Math.Min((int)record.SeverityNumber, 24);
        if (reader.SeverityText.IsEmpty)
        {
            to.Write(OtelSeverities[number]);
            return true;
        }

        to.Write(OtelSeverityNumbers[number]);
        return WriteText(to, ",\"severity_text\":"u8, reader.SeverityText);
    }

    /// <summary>Text as text; numbers, lists and maps as what they are.</summary>
    bool WriteOtlpBody(PayloadBuffer to, ReadOnlySpan<byte> text, in OtlpRecordReader reader)
    {
        OtlpValue body = reader.Body;
        if (!OtlpJson.IsStructured(in body))
        {
            return WriteText(to, ",\"body\":"u8, text);
        }

        to.Write(",\"body\":"u8);
        return _otlp.WriteValue(to, in body);
    }

    /// <summary>Writes <c>attributes</c>, <c>resource</c>, <c>scope</c>, <c>trace_id</c>, <c>span_id</c>, <c>trace_flags</c> and <c>event_name</c>.</summary>
    bool WriteOtlp(PayloadBuffer to, ClassifiedBatch batch, in OtlpRecordReader reader, in RecordSource source)
    {
        bool isWhole = _otlp.WriteMember(to, ",\"attributes\":"u8, reader.Attributes);
        isWhole &= _otlp.WriteMember(to, ",\"resource\":"u8, new OtlpResourceReader(batch[source.Resource]).Attributes);
        isWhole &= WriteScope(to, new OtlpScopeReader(batch[source.Scope]));
        WriteId(to, ",\"trace_id\":\""u8, reader.TraceId);
        WriteId(to, ",\"span_id\":\""u8, reader.SpanId);
        if ((byte)reader.Flags is not 0 and byte flags)
        {
            to.Write(",\"trace_flags\":"u8);
            flags.TryFormat(to.Reserve(3), out int written, default, CultureInfo.InvariantCulture);
            to.Advance(written);
        }

        return isWhole & WriteText(to, ",\"event_name\":"u8, reader.EventName);
    }

    bool WriteScope(PayloadBuffer to, in OtlpScopeReader scope)
    {
        const int FirstComma = 9;
        int before = to.Length;
        to.Write(",\"scope\":"u8);
        bool isWhole = WriteText(to, ",\"name\":"u8, scope.Name);
        isWhole &= WriteText(to, ",\"version\":"u8, scope.Version);
        isWhole &= _otlp.WriteMember(to, ",\"attributes\":"u8, scope.Attributes);
        if (to.Length == before + FirstComma)
        {
            to.CutTo(before);
            return isWhole;
        }

        to.SetByte(before + FirstComma, (byte)'{');
        to.WriteByte((byte)'}');
        return isWhole;
    }

    static void WriteId(PayloadBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty)
        {
            return;
        }

        to.Write(name);
        Convert.TryToHexStringLower(id, to.Reserve(id.Length * 2), out int written);
        to.Advance(written);
        to.WriteByte((byte)'"');
    }
}
