using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;
using Receivers.Otlp.Reading;

namespace Collector.Outputs.Loki;

/// <summary>What the line and the labels do not say, as structured metadata: a JSON object of texts under the names that Loki gives OTLP attributes.</summary>
/// <remarks>
/// Names are letters, digits and <c>_</c>. Lists, maps and structured data are JSON in a text. Of two with one name the first counts. Bounded, so that one
/// strange record does not make Loki refuse the request: 100 entries, 8 KiB a value, 48 KiB together. Used by one task; allocates nothing in steady state.
/// </remarks>
sealed class LokiMetadata : IDisposable
{
    // Loki's defaults are 128 entries and 64 KB a record.
    const int EntriesMax = 100;
    const int ValueBytesMax = 8 * 1024;
    const int BytesMax = 48 * 1024;

    readonly HashSet<ulong> _names = [];
    readonly OtlpJson _json = new();
    readonly PayloadBuffer _value = new(4096);
    readonly PayloadBuffer _name = new(256);
    int _start;

    public void Write(PayloadBuffer to, ClassifiedBatch batch, int index, ReadOnlySpan<byte> host)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        _names.Clear();
        _json.Reset();
        _start = to.Length;
        WriteVerdict(to, batch.Verdicts[index], batch.Model);
        Text(to, "host_name"u8, host);
        Number(to, "severity_number"u8, record.SeverityNumber);
        bool isOtlp = batch.Format == RecordFormat.Otlp;
        OtlpRecordReader otlp = isOtlp ? new OtlpRecordReader(batch[record.Original]) : default;
        if (isOtlp && !otlp.SeverityText.IsEmpty)
        {
            Text(to, "severity_text"u8, otlp.SeverityText);
        }
        else
        {
            Word(to, "severity_text"u8, SeverityNumbers.Text(record.SeverityNumber, isSyslog: !isOtlp));
        }

        Text(to, "proc_id"u8, batch[record.ProcId]);
        Text(to, "msg_id"u8, batch[record.MsgId]);
        if (record.HeaderWordLength > 0)
        {
            ReadOnlySpan<byte> word = batch[record.HeaderWord];
            Text(to, HeaderWords.IsSequence(word) ? "sequence_id"u8 : "level_word"u8, word);
        }

        Word(to, "facility_text"u8, Facilities.Name(record.Facility));
        if (record.ObservedUnixNano > 0)
        {
            Number(to, "observed_timestamp"u8, record.ObservedUnixNano);
        }

        if (!record.StructuredData.IsEmpty)
        {
            _value.Clear();
            StructuredDataJson.Write(_value, batch[record.StructuredData]);
            Text(to, "structured_data"u8, _value.Span);
        }

        WriteMarks(to, record.Marks);
        ref readonly RecordSource source = ref batch.Sources[record.Source];
        if (isOtlp)
        {
            WriteOtlp(to, batch, in otlp, in source);
        }
        else
        {
            Span<byte> peer = stackalloc byte[64];
            Text(to, "network_peer_address"u8, peer[..source.Peer.Write(peer, withPort: false)]);
        }

        if (to.Length == _start)
        {
            to.WriteByte((byte)'{');
        }
        else
        {
            to.SetByte(_start, (byte)'{');
        }

        to.WriteByte((byte)'}');
    }

    public void Dispose()
    {
        _value.Dispose();
        _name.Dispose();
    }

    void WriteVerdict(PayloadBuffer to, in Verdict verdict, string model)
    {
        Word(to, "collector_severity"u8, verdict.Severity.Name());
        Word(to, "collector_category"u8, verdict.Category.Name());
        Span<byte> text = stackalloc byte[16];
        if (verdict.Confidence > 0)
        {
            Text(to, "collector_confidence"u8, text[..ProbabilityText.Write(text, verdict.Confidence)]);
        }

        Word(to, "collector_verdict_source"u8, verdict.Source.Name());
        if (verdict.TemplateId != 0)
        {
            verdict.TemplateId.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
            Text(to, "collector_template_id"u8, text);
        }

        if (verdict.Source == VerdictSource.Model)
        {
            Word(to, "collector_model"u8, model);
        }
    }

    void WriteMarks(PayloadBuffer to, ParseMarks marks)
    {
        if (marks == ParseMarks.None)
        {
            return;
        }

        _value.Clear();
        for (uint left = (uint)marks & ((1u << ParseMarkNames.All.Count) - 1); left != 0; left &= left - 1)
        {
            if (_value.Length > 0)
            {
                _value.WriteByte((byte)',');
            }

            Ascii(_value, ParseMarkNames.All[BitOperations.TrailingZeroCount(left)]);
        }

        Text(to, "collector_parse"u8, _value.Span);
    }

    void WriteOtlp(PayloadBuffer to, ClassifiedBatch batch, in OtlpRecordReader record, in RecordSource source)
    {
        Hex(to, "trace_id"u8, record.TraceId);
        Hex(to, "span_id"u8, record.SpanId);
        Text(to, "event_name"u8, record.EventName);
        OtlpScopeReader scope = new(batch[source.Scope]);
        Text(to, "scope_name"u8, scope.Name);
        Text(to, "scope_version"u8, scope.Version);
        Attributes(to, record.Attributes);
        Attributes(to, new OtlpResourceReader(batch[source.Resource]).Attributes);
        Attributes(to, scope.Attributes);
    }

    void Attributes(PayloadBuffer to, OtlpAttributes attributes)
    {
        foreach (OtlpPair pair in attributes)
        {
            OtlpValue value = pair.Value;
            _name.Clear();
            WriteName(_name, pair.Key);
            switch (value.Kind)
            {
                case OtlpValueKind.Empty:
                    break;
                case OtlpValueKind.Text:
                    Text(to, _name.Span, value.Content);
                    break;
                default:
                    _value.Clear();
                    _json.WriteValue(_value, in value);
                    ReadOnlySpan<byte> text = _value.Span;
                    // A number or truth as it is; bytes and NaN without the quotes of JSON.
                    Text(to, _name.Span, text.Length > 1 && text[0] == '"' ? text[1..^1] : text);
                    break;
            }
        }
    }

    static void WriteName(PayloadBuffer to, ReadOnlySpan<byte> key)
    {
        const int NameBytesMax = 128;
        key = key.Length > NameBytesMax ? key[..NameBytesMax] : key;
        if (key.IsEmpty || char.IsAsciiDigit((char)key[0]))
        {
            to.WriteByte((byte)'_');
        }

        foreach (byte c in key)
        {
            to.WriteByte(char.IsAsciiLetterOrDigit((char)c) ? c : (byte)'_');
        }
    }

    void Word(PayloadBuffer to, ReadOnlySpan<byte> name, string word)
    {
        _value.Clear();
        Ascii(_value, word);
        Text(to, name, _value.Span);
    }

    void Number(PayloadBuffer to, ReadOnlySpan<byte> name, long number)
    {
        Span<byte> text = stackalloc byte[20];
        number.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        Text(to, name, text[..(number == 0 ? 0 : length)]);
    }

    void Hex(PayloadBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        Span<byte> text = stackalloc byte[32];
        Convert.TryToHexStringLower(id, text, out int written);
        Text(to, name, text[..written]);
    }

    /// <summary>Writes one entry; nothing when there is no text, no room, or one of this name already.</summary>
    void Text(PayloadBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        text = text.Length > ValueBytesMax ? AtCharacter(text, ValueBytesMax) : text;
        if (text.IsEmpty || _names.Count == EntriesMax || to.Length - _start + text.Length > BytesMax || !_names.Add(XxHash3.HashToUInt64(name)))
        {
            return;
        }

        to.Write(",\""u8);
        to.Write(name);
        to.Write("\":"u8);
        JsonText.Write(to, text);
    }

    static ReadOnlySpan<byte> AtCharacter(ReadOnlySpan<byte> text, int length)
    {
        while (length > 0 && (text[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return text[..length];
    }

    static void Ascii(PayloadBuffer to, string text)
    {
        int written = System.Text.Encoding.UTF8.GetBytes(text, to.Reserve(text.Length * 3));
        to.Advance(written);
    }
}
