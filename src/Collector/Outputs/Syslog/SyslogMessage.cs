using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Syslog;

/// <summary>Writes a record as an RFC 5424 message: the sender's own header and structured data, and beside them the verdict.</summary>
/// <remarks>Pure but for what it keeps between records. Each task has its own; allocates nothing a record.</remarks>
sealed class SyslogMessage
{
    // RFC 3164 §4.3.3: what has no PRI is user.notice.
    const int FacilityUnknown = 1;

    // RFC 5424 §6.
    const int HostnameMax = 255;
    const int AppNameMax = 48;
    const int ProcIdMax = 128;
    const int MsgIdMax = 32;

    // RFC 5424 §6.2.3: TIME-SECFRAC has at most six digits.
    const int StampLength = 27;

    static ReadOnlySpan<byte> Bom => "\uFEFF"u8;

    readonly RecordLine? _line;
    readonly bool _hasBom;
    readonly SyslogVerdictData _verdict = new();
    readonly byte[] _peer = new byte[64];

    /// <param name="format">What follows the header; null: the record's own message.</param>
    /// <param name="hasBom">UTF-8 beyond ASCII is marked.</param>
    public SyslogMessage(LineFormat? format, bool hasBom)
    {
        _line = format is { } line ? new RecordLine(line) : null;
        _hasBom = hasBom;
    }

    /// <summary>Appends the message, without framing.</summary>
    /// <param name="to">Grows as needed.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="index">Of the record.</param>
    /// <param name="bytesMax">At least 1,024. What does not fit is cut from the message at a character boundary; where header and data alone are too long, the
    /// record's own structured data is left out.</param>
    public void Write(PayloadBuffer to, ClassifiedBatch batch, int index, int bytesMax)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        int start = to.Length;
        WriteHeader(to, batch, record);
        int dataStart = to.Length;
        SyslogData.Write(to, batch[record.StructuredData], (record.Marks & ParseMarks.InvalidStructuredData) == 0);
        _verdict.Write(to, batch.Verdicts[index], batch.Model);
        int messageStart = WriteMessage(to, batch, index, record);
        if (to.Length - start <= bytesMax)
        {
            return;
        }

        if (messageStart - start > bytesMax)
        {
            to.CutTo(dataStart);
            _verdict.Write(to, batch.Verdicts[index], batch.Model);
            messageStart = WriteMessage(to, batch, index, record);
        }

        Cut(to, messageStart, start + bytesMax);
    }

    void WriteHeader(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        int facility = (uint)record.Facility < 24 ? record.Facility : FacilityUnknown;
        to.WriteByte((byte)'<');
        ((facility * 8) + SeverityNumbers.ToSyslog(record.SeverityNumber)).TryFormat(to.Reserve(3), out int digits, default, CultureInfo.InvariantCulture);
        to.Advance(digits);
        to.Write(">1 "u8);
        Span<byte> stamp = to.Reserve(Rfc3339.Length);
        Rfc3339.Write(stamp, record.TimestampUnixNano != 0 ? record.TimestampUnixNano : record.ObservedUnixNano);
        stamp[StampLength - 1] = (byte)'Z';
        to.Advance(StampLength);
        ReadOnlySpan<byte> host = batch[record.Hostname];
        WriteField(to, host.IsEmpty ? _peer.AsSpan(0, batch.Sources[record.Source].Peer.Write(_peer, withPort: false)) : host, HostnameMax);
        WriteField(to, batch[record.AppName], AppNameMax);
        WriteField(to, batch[record.ProcId], ProcIdMax);
        WriteField(to, batch[record.MsgId], MsgIdMax);
        to.WriteByte((byte)' ');
    }

    /// <summary>A blank and the field: printable ASCII, cut at its limit, a dash when there is none. Other bytes become underscores.</summary>
    static void WriteField(PayloadBuffer to, ReadOnlySpan<byte> text, int lengthMax)
    {
        to.WriteByte((byte)' ');
        if (text.IsEmpty)
        {
            to.WriteByte((byte)'-');
            return;
        }

        text = text[..Math.Min(text.Length, lengthMax)];
        int start = to.Length;
        to.Write(text);
        int at = text.IndexOfAnyExceptInRange((byte)33, (byte)126);
        while (at >= 0 && at < text.Length)
        {
            if (text[at] is < 33 or > 126)
            {
                to.SetByte(start + at, (byte)'_');
            }

            at++;
        }
    }

    /// <returns>Where the text after the mark begins, as a length of the buffer.</returns>
    int WriteMessage(PayloadBuffer to, ClassifiedBatch batch, int index, in LogRecord record)
    {
        int before = to.Length;
        to.WriteByte((byte)' ');
        int start = to.Length;
        if (_line is null)
        {
            to.Write(batch[record.Body]);
        }
        else
        {
            _line.Write(to, batch, index);
        }

        ReadOnlySpan<byte> text = to.Span[start..];
        if (text.IsEmpty)
        {
            // RFC 5424 §6: without a message there is no blank before it.
            to.CutTo(before);
            return before;
        }

        if (!_hasBom || Ascii.IsValid(text) || text.StartsWith(Bom) || !Utf8.IsValid(text))
        {
            return start;
        }

        to.Insert(start, Bom.Length);
        to.SetBytes(start, Bom);
        return start + Bom.Length;
    }

    static void Cut(PayloadBuffer to, int messageStart, int end)
    {
        ReadOnlySpan<byte> all = to.Span;
        int cut = end;
        while (cut > end - 4 && cut > messageStart && (all[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        to.CutTo(cut);
    }
}
