using System.Numerics;
using System.Text;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Otlp;

/// <summary>A syslog record as OTLP <c>LogRecord</c>. Used by one task; without structured data that repeats it allocates nothing.</summary>
/// <remarks>
/// The attributes have the names that OpenTelemetry Collector's syslog parser gives them, so that dashboards work with both; host and app are beside
/// that in the resource. The body is the message, or the whole line when its header does not parse. What was not UTF-8 has U+FFFD in its place, and the
/// line as it came is in <c>log.record.original</c>.
/// </remarks>
sealed class OtlpSyslogRecord : IDisposable
{
    static readonly OtlpKey HostName = new("hostname");
    static readonly OtlpKey AppName = new("appname");
    static readonly OtlpKey ProcId = new("proc_id");
    static readonly OtlpKey MsgId = new("msg_id");
    static readonly OtlpKey SequenceId = new("sequence_id");
    static readonly OtlpKey LevelWord = new("level_word");
    static readonly OtlpKey Priority = new("priority");
    static readonly OtlpKey Facility = new("facility");
    static readonly OtlpKey FacilityText = new("facility_text");
    static readonly OtlpKey StructuredDataKey = new("structured_data");

    static readonly byte[][] SeverityFields = [.. Enumerable.Range(0, 25).Select(EncodeSeverity)];
    static readonly byte[][] FacilityAttributes = [.. Enumerable.Range(0, 24).Select(EncodeFacility)];
    static readonly byte[][] MarkValues = [.. ParseMarkNames.All.Select(EncodeMark)];

    // What the source adds to each of its records, as last written.
    readonly PayloadBuffer _source = new(256);
    PeerAddress _peer;
    string? _transport;

    public void Write(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        if (record.TimestampUnixNano > 0)
        {
            to.WriteFixed64Field(OtlpTags.Time, (ulong)record.TimestampUnixNano);
        }

        to.WriteFixed64Field(OtlpTags.ObservedTime, (ulong)Math.Max(0, record.ObservedUnixNano));
        to.Write(SeverityFields[Math.Min((int)record.SeverityNumber, SeverityFields.Length - 1)]);
        bool isValid = WriteBody(to, batch[record.Body]);
        isValid &= WriteText(to, HostName, batch[record.Hostname]);
        isValid &= WriteText(to, AppName, batch[record.AppName]);
        isValid &= WriteText(to, ProcId, batch[record.ProcId]);
        isValid &= WriteText(to, MsgId, batch[record.MsgId]);
        if (record.HeaderWordLength > 0)
        {
            ReadOnlySpan<byte> word = batch[record.HeaderWord];
            isValid &= WriteText(to, HeaderWords.IsSequence(word) ? SequenceId : LevelWord, word);
        }

        if ((uint)record.Facility < (uint)FacilityAttributes.Length)
        {
            to.Write(FacilityAttributes[record.Facility]);
            int severity = SyslogSeverity(record.SeverityNumber);
            if (severity >= 0)
            {
                Priority.WriteInteger(to, OtlpTags.RecordAttributes, (record.Facility * 8) + severity);
            }
        }

        if (!record.StructuredData.IsEmpty)
        {
            int attribute = StructuredDataKey.Begin(to, OtlpTags.RecordAttributes, out int value);
            int map = to.BeginField(OtlpTags.Map);
            isValid &= OtlpStructuredData.Write(to, batch[record.StructuredData]);
            to.EndField(map);
            OtlpKey.End(to, attribute, value);
        }

        WriteSource(to, batch.Sources[record.Source].Peer, batch.Transport);
        WriteMarks(to, record.Marks);
        if (!isValid || (record.Marks & ParseMarks.InvalidUtf8) != 0)
        {
            OtlpKeys.Original.WriteBytes(to, OtlpTags.RecordAttributes, batch[record.Original]);
        }
    }

    public void Dispose() => _source.Dispose();

    static bool WriteBody(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        int body = to.BeginField(OtlpTags.Body);
        bool isValid = to.WriteTextField(OtlpTags.Text, text);
        to.EndField(body);
        return isValid;
    }

    static bool WriteText(PayloadBuffer to, OtlpKey key, ReadOnlySpan<byte> text) =>
        text.IsEmpty || key.WriteText(to, OtlpTags.RecordAttributes, text);

    static void WriteMarks(PayloadBuffer to, ParseMarks marks)
    {
        if (marks == ParseMarks.None)
        {
            return;
        }

        int attribute = OtlpKeys.Parse.Begin(to, OtlpTags.RecordAttributes, out int value);
        int list = to.BeginField(OtlpTags.List);
        for (uint left = (uint)marks & ((1u << MarkValues.Length) - 1); left != 0; left &= left - 1)
        {
            to.Write(MarkValues[BitOperations.TrailingZeroCount(left)]);
        }

        to.EndField(list);
        OtlpKey.End(to, attribute, value);
    }

    void WriteSource(PayloadBuffer to, PeerAddress peer, string transport)
    {
        if (peer != _peer || !ReferenceEquals(transport, _transport))
        {
            (_peer, _transport) = (peer, transport);
            _source.Clear();
            string network = NetworkTransport(transport);
            if (network.Length > 0)
            {
                OtlpKeys.Transport.WriteText(_source, OtlpTags.RecordAttributes, Encoding.ASCII.GetBytes(network));
            }

            if (peer.IsKnown)
            {
                Span<byte> address = stackalloc byte[64];
                OtlpKeys.PeerAddress.WriteText(_source, OtlpTags.RecordAttributes, address[..peer.Write(address, withPort: false)]);
                OtlpKeys.PeerPort.WriteInteger(_source, OtlpTags.RecordAttributes, peer.Port);
            }
        }

        to.Write(_source.Span);
    }

    /// <summary>What the semantic conventions call our transport.</summary>
    static string NetworkTransport(string transport) => transport switch
    {
        "" or "udp" => transport,
        _ when transport.StartsWith("unix", StringComparison.Ordinal) => "unix",
        _ => "tcp",
    };

    /// <returns>0 to 7; -1 for a number that no syslog severity has.</returns>
    static int SyslogSeverity(int severityNumber) => severityNumber switch
    {
        21 => 0,
        19 => 1,
        18 => 2,
        17 => 3,
        13 => 4,
        10 => 5,
        9 => 6,
        5 => 7,
        _ => -1,
    };

    static byte[] EncodeSeverity(int number)
    {
        if (number == 0)
        {
            return [];
        }

        using PayloadBuffer to = new(64);
        to.WriteVarintField(OtlpTags.SeverityNumber, (ulong)number);
        string text = SeverityNumbers.Text(number, isSyslog: true);
        if (text.Length > 0)
        {
            to.WriteField(OtlpTags.SeverityText, Encoding.ASCII.GetBytes(text));
        }

        return to.Span.ToArray();
    }

    static byte[] EncodeFacility(int facility)
    {
        using PayloadBuffer to = new(64);
        Facility.WriteInteger(to, OtlpTags.RecordAttributes, facility);
        FacilityText.WriteText(to, OtlpTags.RecordAttributes, Encoding.ASCII.GetBytes(Facilities.Name(facility)));
        return to.Span.ToArray();
    }

    static byte[] EncodeMark(string name)
    {
        using PayloadBuffer to = new(64);
        int value = to.BeginField(OtlpTags.Values);
        to.WriteField(OtlpTags.Text, Encoding.ASCII.GetBytes(name));
        to.EndField(value);
        return to.Span.ToArray();
    }
}
