namespace Receivers.Syslog;

public static partial class SyslogParser
{
    // RFC 5424 §6: HOSTNAME, APP-NAME, PROCID, MSGID.
    const int HostnameLengthMax = 255;
    const int AppNameLengthMax = 48;
    const int ProcIdLengthMax = 128;
    const int MsgIdLengthMax = 32;

    readonly ref partial struct Reader
    {
        /// <summary>Everything behind VERSION. Source: RFC 5424 §6.</summary>
        /// <returns>
        /// False when the grammar is broken beyond reading. Longer fields than the RFC allows, bytes beyond ASCII in them and stamps that name no instant
        /// are read all the same and marked: the fields are still where they should be.
        /// </returns>
        bool TryReadRfc5424(int at)
        {
            int stamp = ReadRfc5424Stamp(at);
            if (stamp == 0)
            {
                return false;
            }

            at += stamp;
            if (!TryReadField(ref at, HostnameLengthMax, out _record.Hostname) || !TryReadField(ref at, AppNameLengthMax, out _record.AppName)
                || !TryReadField(ref at, ProcIdLengthMax, out _record.ProcId) || !TryReadField(ref at, MsgIdLengthMax, out _record.MsgId))
            {
                return false;
            }

            ReadStructuredDataAndMessage(at);
            return true;
        }

        /// <summary>TIMESTAMP and its blank.</summary>
        /// <returns>Bytes; 0 for a word that is no stamp.</returns>
        int ReadRfc5424Stamp(int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            if (rest.Length >= 2 && rest[0] == '-' && rest[1] == ' ')
            {
                return 2;
            }

            int length = SyslogStamp.ReadIso(rest, _context, out _record.TimestampUnixNano, out bool isStrict);
            if (length > 0 && length < rest.Length && rest[length] == ' ')
            {
                _record.Marks |= isStrict ? ParseMarks.None : ParseMarks.InvalidHeader;
                _record.Marks |= _record.TimestampUnixNano == 0 ? ParseMarks.MissingTimestamp : ParseMarks.None;
                return length + 1;
            }

            _record.TimestampUnixNano = 0;
            int blank = rest.IndexOf((byte)' ');
            if (blank < 0 || !StartsWithIsoDate(at))
            {
                return 0;
            }

            // 30 February, or an hour of 25: a date all the same, so the other fields are worth reading.
            _record.Marks |= ParseMarks.InvalidHeader | ParseMarks.MissingTimestamp;
            return blank + 1;
        }

        /// <summary>One header field and its blank; NILVALUE gives an absent field.</summary>
        bool TryReadField(ref int at, int lengthMax, out Slice field)
        {
            field = default;
            ReadOnlySpan<byte> rest = _text[at..];
            int length = PrintableRun.IndexOfEnd(rest);
            if (length >= 0 && rest[length] >= 0x80)
            {
                _record.Marks |= ParseMarks.InvalidHeader;
                length = rest.IndexOfAnyInRange((byte)0, (byte)32);
            }

            if (length <= 0 || rest[length] != ' ')
            {
                return false;
            }

            if (length > lengthMax)
            {
                _record.Marks |= ParseMarks.InvalidHeader;
            }

            if (length > 1 || rest[0] != '-')
            {
                field = Between(at, at + length);
            }

            at += length + 1;
            return true;
        }

        void ReadStructuredDataAndMessage(int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int length = 0;
            bool isStrict = false;
            if (rest.Length > 0 && rest[0] == '-' && (rest.Length == 1 || rest[1] == ' '))
            {
                length = 1;
                isStrict = true;
            }
            else if (rest.Length > 0 && rest[0] == '[')
            {
                length = StructuredData.Measure(rest, out isStrict);
                _record.StructuredData = length > 0 ? Between(at, at + length) : default;
            }

            bool hasBlank = length < rest.Length && rest[length] == ' ';
            if (!isStrict || (length < rest.Length && !hasBlank))
            {
                _record.Marks |= ParseMarks.InvalidStructuredData;
            }

            // A byte order mark stays in the body: it is part of MSG, and what reads UTF-8 knows to pass over it.
            _record.Body = From(at + length + (hasBlank && length > 0 ? 1 : 0));
        }
    }
}
