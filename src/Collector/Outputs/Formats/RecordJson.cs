using System.Buffers.Text;
using System.Numerics;
using Classifier;
using Collector.Pipeline;
using Receivers;
using Receivers.Otlp.Reading;

namespace Collector.Outputs.Formats;

/// <summary>The one writer of a record as a JSON line: the same shape in files, on standard output and on the wire.</summary>
/// <remarks>
/// Absent means absent: no nulls, no empty strings. <c>host</c> is the peer's address when the record names none. Invalid UTF-8 becomes U+FFFD and
/// the whole original goes beside it in base64. One record is one line whatever it holds (<see cref="JsonText"/>).
/// Keeps what the last record had in common with the next, so each task has its own; allocates nothing a record.
/// </remarks>
sealed partial class RecordJson
{
    // The batch's and the source's share of the line, as last written.
    readonly byte[] _peer = new byte[64];
    readonly byte[] _host = new byte[64];
    string _receiver = "";
    string _transport = "";
    string _model = "";
    byte[] _receiverMember = [];
    byte[] _modelMember = [];
    PeerAddress _lastPeer;
    int _peerLength;
    int _hostLength;

    /// <summary>Appends the record and a line feed.</summary>
    /// <param name="to">Grows as needed.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="index">Of the record.</param>
    public void WriteLine(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        Write(to, batch, index);
        to.WriteByte((byte)'\n');
    }

    /// <summary>Appends the record as one JSON object.</summary>
    /// <param name="to">Grows as needed.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="index">Of the record.</param>
    public void Write(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        ref readonly RecordSource source = ref batch.Sources[record.Source];
        NoteSource(source.Peer);
        NoteBatch(batch);
        int start = to.Length;
        bool isValid = true;
        bool isOtlp = batch.Format == RecordFormat.Otlp;
        OtlpRecordReader otlp = isOtlp ? new OtlpRecordReader(batch[record.Original]) : default;

        WriteTime(to, ",\"timestamp\":\""u8, record.TimestampUnixNano);
        WriteTime(to, ",\"observed_timestamp\":\""u8, record.ObservedUnixNano);
        if (isOtlp)
        {
            _otlp.Reset();
            isValid &= WriteOtlpSeverity(to, record, otlp);
        }
        else
        {
            to.Write(SyslogSeverities[Math.Min(record.SeverityNumber, (byte)24)]);
        }

        isValid &= WriteHost(to, batch[record.Hostname]);
        isValid &= WriteText(to, ",\"app\":"u8, batch[record.AppName]);
        isValid &= WriteText(to, ",\"procid\":"u8, batch[record.ProcId]);
        isValid &= WriteText(to, ",\"msgid\":"u8, batch[record.MsgId]);
        if (record.HeaderWordLength > 0)
        {
            ReadOnlySpan<byte> word = batch[record.HeaderWord];
            isValid &= WriteText(to, HeaderWords.IsSequence(word) ? ",\"sequence_id\":"u8 : ",\"level_word\":"u8, word);
        }

        if ((uint)record.Facility < (uint)FacilityMembers.Length)
        {
            to.Write(FacilityMembers[record.Facility]);
        }

        isValid &= isOtlp ? WriteOtlpBody(to, batch[record.Body], otlp) : WriteText(to, ",\"body\":"u8, batch[record.Body]);
        if (!record.StructuredData.IsEmpty)
        {
            to.Write(",\"structured_data\":"u8);
            isValid &= StructuredDataJson.Write(to, batch[record.StructuredData]);
        }

        if (isOtlp)
        {
            isValid &= WriteOtlp(to, batch, otlp, source);
        }

        if (_peerLength > 0)
        {
            to.Write(",\"peer\":\""u8);
            to.Write(_peer.AsSpan(0, _peerLength));
            to.WriteByte((byte)'"');
        }

        to.Write(_receiverMember);
        WriteMarks(to, record.Marks);
        if (!isValid || (record.Marks & ParseMarks.InvalidUtf8) != 0)
        {
            WriteOriginal(to, batch[record.Original]);
        }

        WriteVerdict(to, batch.Verdicts[index]);
        to.SetByte(start, (byte)'{');
        to.WriteByte((byte)'}');
    }

    static void WriteTime(PayloadBuffer to, ReadOnlySpan<byte> name, long unixNano)
    {
        if (unixNano == 0)
        {
            return;
        }

        to.Write(name);
        Rfc3339.Write(to.Reserve(Rfc3339.Length), unixNano);
        to.Advance(Rfc3339.Length);
        to.WriteByte((byte)'"');
    }

    static bool WriteText(PayloadBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        to.Write(name);
        return JsonText.Write(to, text);
    }

    bool WriteHost(PayloadBuffer to, ReadOnlySpan<byte> hostname) =>
        WriteText(to, ",\"host\":"u8, hostname.IsEmpty ? _host.AsSpan(0, _hostLength) : hostname);

    static void WriteMarks(PayloadBuffer to, ParseMarks marks)
    {
        if (marks == ParseMarks.None)
        {
            return;
        }

        to.Write(",\"parse\":"u8);
        int start = to.Length;
        for (uint left = (uint)marks & ((1u << MarkNames.Length) - 1); left != 0; left &= left - 1)
        {
            to.Write(MarkNames[BitOperations.TrailingZeroCount(left)]);
        }

        to.SetByte(start, (byte)'[');
        to.WriteByte((byte)']');
    }

    static void WriteOriginal(PayloadBuffer to, ReadOnlySpan<byte> original)
    {
        to.Write(",\"original_base64\":\""u8);
        Base64.EncodeToUtf8(original, to.Reserve(Base64.GetMaxEncodedToUtf8Length(original.Length)), out _, out int written);
        to.Advance(written);
        to.WriteByte((byte)'"');
    }

    void WriteVerdict(PayloadBuffer to, in Verdict verdict)
    {
        to.Write(VerdictStarts[(int)verdict.Severity]);
        to.Write(CategoryMembers[(int)verdict.Category]);
        if (verdict.Confidence > 0)
        {
            to.Write(",\"confidence\":"u8);
            to.Advance(ProbabilityText.Write(to.Reserve(ProbabilityText.LengthMax), verdict.Confidence));
        }

        to.Write(SourceMembers[(int)verdict.Source]);
        if (verdict.TemplateId != 0)
        {
            to.Write(",\"template\":\""u8);
            verdict.TemplateId.TryFormat(to.Reserve(16), out int written, "x16", System.Globalization.CultureInfo.InvariantCulture);
            to.Advance(written);
            to.WriteByte((byte)'"');
        }

        if (verdict.Source == VerdictSource.Model)
        {
            to.Write(_modelMember);
        }

        to.WriteByte((byte)'}');
    }

    void NoteSource(PeerAddress peer)
    {
        if (peer != _lastPeer)
        {
            _lastPeer = peer;
            _peerLength = peer.Write(_peer);
            _hostLength = peer.Write(_host, withPort: false);
        }
    }

    void NoteBatch(ClassifiedBatch batch)
    {
        if (!ReferenceEquals(_receiver, batch.Receiver) || !ReferenceEquals(_transport, batch.Transport))
        {
            (_receiver, _transport) = (batch.Receiver, batch.Transport);
            _receiverMember = [.. Member("receiver", _receiver), .. Member("transport", _transport)];
        }

        if (!ReferenceEquals(_model, batch.Model))
        {
            _model = batch.Model;
            _modelMember = Member("model", _model);
        }
    }

    static byte[] Member(string name, string value)
    {
        if (value.Length == 0)
        {
            return [];
        }

        using PayloadBuffer member = new(256);
        member.Write(System.Text.Encoding.UTF8.GetBytes($",\"{name}\":"));
        JsonText.Write(member, System.Text.Encoding.UTF8.GetBytes(value));
        return member.Span.ToArray();
    }
}
