using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Receivers.Syslog;

/// <summary>One syslog frame to one record, whatever dialect it is in. Pure: no socket, no clock, no allocation, no exception.</summary>
/// <remarks>
/// RFC 5424 first, then RFC 3164 and what devices make of it, then raw text. Nothing is dropped for its syntax: the body is the message part when the header
/// can be read and the whole line when it cannot, the marks say what was forgiven, and <see cref="LogRecord.Original"/> is the frame as it came.
/// Time is linear in the length of the frame. Safe on any thread for different batches.
/// </remarks>
public static partial class SyslogParser
{
    const int PriMax = 191;

    // Cisco ASA puts one blank before a frame over TCP, HP ProCurve one behind the PRI; more than a few are text.
    const int LeadingBlanksMax = 16;

    static readonly SearchValues<byte> TagChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/@()-+~$#*"u8);

    static readonly SearchValues<byte> HostChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    /// <summary>Appends exactly one record.</summary>
    /// <param name="batch">Holds the frame in its buffer.</param>
    /// <param name="frame">The frame without its octet count or delimiter; trailing CR, LF and NUL do no harm.</param>
    /// <param name="context">Time of receipt, zone and source.</param>
    /// <param name="framing">What the framing already had to forgive.</param>
    /// <param name="isAscii">All its bytes are known to be ASCII.</param>
    /// <returns>All marks of the record.</returns>
    public static ParseMarks Parse(
        RecordBatch batch, Slice frame, in SyslogParserContext context, ParseMarks framing = ParseMarks.None, bool isAscii = false) =>
        Parse(batch, frame, context, framing, isAscii, isFull: false);

    // isFull: to read byte by byte what a few steps read as well, with the same result.
    internal static ParseMarks Parse(RecordBatch batch, Slice frame, in SyslogParserContext context, ParseMarks framing, bool isAscii, bool isFull)
    {
        ref LogRecord record = ref batch.Add();
        record.Original = frame;
        record.ObservedUnixNano = context.ObservedUnixNano;
        record.Source = context.Source;
        record.Marks = framing;

        ReadOnlySpan<byte> text = batch[frame];
        // Most text is ASCII, and that is asked much faster.
        if (!isAscii && !Ascii.IsValid(text) && !Utf8.IsValid(text))
        {
            record.Marks |= ParseMarks.InvalidUtf8;
        }

        Reader reader = new(TrimEnd(text), frame.Offset, context, ref record);
        if (isFull || !reader.TryReadUsual(batch.Buffer.Length - frame.Offset))
        {
            reader.Read();
        }

        if (record.TimestampUnixNano > context.ObservedUnixNano + (CivilTime.SecondsPerDay * CivilTime.NanosPerSecond))
        {
            record.Marks |= ParseMarks.FutureTimestamp;
        }

        return record.Marks;
    }

    static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        int length = text.Length;
        while (length > 0 && text[length - 1] is (byte)'\n' or (byte)'\r' or 0)
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>The text of one frame and the record that it becomes; <c>at</c> is always an index into the text.</summary>
    internal readonly ref partial struct Reader(ReadOnlySpan<byte> text, int offset, in SyslogParserContext context, ref LogRecord record)
    {
        readonly ReadOnlySpan<byte> _text = text;
        readonly int _offset = offset;
        readonly ref readonly SyslogParserContext _context = ref context;
        readonly ref LogRecord _record = ref record;

        public void Read()
        {
            int start = !_text.IsEmpty && _text[0] == '<' ? 0 : SkipUnexpectedFraming();
            int at = start;
            bool hasPri = at < _text.Length && _text[at] == '<';
            if (hasPri)
            {
                at = ReadPri(at);
                if (at == 0)
                {
                    _record.Marks |= ParseMarks.InvalidPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname;
                    _record.Body = From(start);
                    return;
                }
            }
            else
            {
                _record.Marks |= ParseMarks.MissingPri;
            }

            int version = ReadVersion(at);
            if (version == 0 || !TryReadVersioned(start, at + version, hasPri))
            {
                ReadRfc3164(start, at, hasPri);
            }
        }

        /// <summary>What follows <c>VERSION SP</c>: RFC 5424, Meraki's half of it, or an old header behind a number.</summary>
        /// <returns>False when the number is text.</returns>
        bool TryReadVersioned(int start, int at, bool hasPri)
        {
            bool isAnnounced = at < _text.Length && (_text[at] == '-' || char.IsAsciiDigit((char)_text[at]));
            if (hasPri ? isAnnounced : StartsWithIsoDate(at))
            {
                if (TryReadRfc5424(at) || TryReadMeraki(at))
                {
                    return true;
                }

                ForgetHeader();
            }

            int next = hasPri ? ReadStamp(at) : 0;
            if (next > 0)
            {
                _record.Marks |= ParseMarks.InvalidHeader;
                ReadHostAndTag(next, _text[next - 1] == ':');
                return true;
            }

            if (isAnnounced && hasPri)
            {
                _record.Marks |= ParseMarks.InvalidHeader;
                ReadRaw(start);
                return true;
            }

            return false;
        }


        /// <summary>Blanks and a byte order mark before a PRI, and an octet count where the transport has none.</summary>
        int SkipUnexpectedFraming()
        {
            int at = 0;
            if (_text.StartsWith("\uFEFF"u8) && _text.Length > 3 && _text[3] == '<')
            {
                return 3;
            }

            while (at < LeadingBlanksMax && at < _text.Length && _text[at] == ' ')
            {
                at++;
            }

            int count = OctetCount.HeaderBeforePri(_text[at..]);
            if (count > 0)
            {
                _record.Marks |= ParseMarks.UnexpectedFraming;
                return at + count;
            }

            return at < _text.Length && _text[at] == '<' ? at : 0;
        }

        /// <summary>PRI, RFC 5424 §6.2.1: no leading zero, 0 to 191.</summary>
        /// <returns>Index behind it; 0 when it is none.</returns>
        int ReadPri(int at)
        {
            int pri = 0, digits = 0;
            for (at++; at < _text.Length && digits <= 3 && (uint)(_text[at] - '0') <= 9; at++, digits++)
            {
                pri = (pri * 10) + _text[at] - '0';
            }

            if (digits is 0 or > 3 || at >= _text.Length || _text[at] != '>' || pri > PriMax || (digits > 1 && _text[at - digits] == '0'))
            {
                return 0;
            }

            _record.Facility = (sbyte)(pri >> 3);
            _record.SeverityNumber = SeverityNumbers.FromSyslog(pri & 7);
            return at + 1;
        }

        /// <summary>VERSION and its blank: one to three digits, the first not zero.</summary>
        /// <returns>Bytes; 0 when there is none. Four digits are a year.</returns>
        int ReadVersion(int at)
        {
            int digits = 0;
            while (digits <= 3 && at + digits < _text.Length && (uint)(_text[at + digits] - '0') <= 9)
            {
                digits++;
            }

            return digits is >= 1 and <= 3 && _text[at] != '0' && at + digits < _text.Length && _text[at + digits] == ' ' ? digits + 1 : 0;
        }

        /// <summary>The whole line is the body, since no header could be read.</summary>
        void ReadRaw(int start)
        {
            _record.Marks |= ParseMarks.MissingTimestamp | ParseMarks.MissingHostname;
            _record.Body = From(start);
        }

        void ForgetHeader()
        {
            _record.TimestampUnixNano = 0;
            _record.Hostname = default;
            _record.AppName = default;
            _record.ProcId = default;
            _record.MsgId = default;
            _record.StructuredData = default;
            _record.Body = default;
            _record.HeaderWordLength = 0;
        }

        bool StartsWithIsoDate(int at) =>
            _text.Length - at >= 11 && _text[at + 4] == '-' && _text[at + 7] == '-' && _text[at + 10] is (byte)'T' or (byte)'t'
            && _text.Slice(at, 4).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

        Slice Between(int from, int to) => new(_offset + from, to - from);

        Slice From(int from) => new(_offset + from, _text.Length - from);

        int SkipBlanks(int at)
        {
            while (at < _text.Length && _text[at] == ' ')
            {
                at++;
            }

            return at;
        }
    }
}
