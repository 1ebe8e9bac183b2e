namespace Receivers.Syslog;

public static partial class SyslogParser
{
    readonly ref partial struct Reader
    {
        /// <summary>Meraki: <c>&lt;134&gt;1 1563249630.774247467 MX84 events …</c>. RFC 5424 by its version only.</summary>
        bool TryReadMeraki(int at)
        {
            int stamp = SyslogStamp.ReadEpoch(_text[at..], out long unixNano);
            if (stamp == 0 || at + stamp >= _text.Length || _text[at + stamp] != ' ')
            {
                return false;
            }

            ForgetHeader();
            int next = at + stamp + 1;
            if (!TryReadHost(ref next))
            {
                return false;
            }

            _record.TimestampUnixNano = unixNano;
            _record.Body = From(next);
            return true;
        }

        /// <summary>Cisco: <c>123: </c>, twice where a message counter is on top, and the bare <c>: </c> of NX-OS.</summary>
        int SkipSequenceNumbers(int at)
        {
            for (int i = 0; i < 2; i++)
            {
                int digits = at;
                while (digits < _text.Length && digits - at <= 20 && (uint)(_text[digits] - '0') <= 9)
                {
                    digits++;
                }

                if (digits >= _text.Length || _text[digits] != ':' || (digits > at && (digits + 1 >= _text.Length || _text[digits + 1] != ' ')))
                {
                    break;
                }

                KeepHeaderWord(at, digits);
                at = SkipBlanks(digits + 1);
            }

            return at;
        }

        /// <summary>Behind a header that no device writes, nothing is kept: the bytes are in the original.</summary>
        void KeepHeaderWord(int start, int end)
        {
            int offset = _offset + start - _record.Original.Offset;
            if ((uint)offset <= byte.MaxValue && end > start)
            {
                _record.HeaderWordOffset = (byte)offset;
                _record.HeaderWordLength = (byte)(end - start);
            }
        }

        /// <summary>Cisco origin-id: one <c>word: </c> before the stamp is the host. IOS XR puts the node there, which is none.</summary>
        /// <returns>Index behind the stamp; 0 when there is none.</returns>
        int TryReadCiscoOrigin(int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int colon = rest[..Math.Min(rest.Length, HostnameLengthMax)].IndexOf((byte)':');
            if (colon <= 0 || rest[..colon].Contains((byte)' '))
            {
                return 0;
            }

            int next = ReadStamp(SkipBlanks(at + colon + 1));
            if (next > 0 && rest[..colon].IndexOfAnyExcept(HostChars) < 0)
            {
                _record.Hostname = Between(at, at + colon);
            }

            return next;
        }

        /// <summary>AIX: <c>Message forwarded from HOST: tag: text</c>.</summary>
        bool TryReadForwardedFrom(ref int at)
        {
            ReadOnlySpan<byte> phrase = "Message forwarded from "u8;
            if (at >= _text.Length || _text[at] != 'M' || !_text[at..].StartsWith(phrase))
            {
                return false;
            }

            int host = at + phrase.Length;
            int length = _text[host..].IndexOfAny((byte)':', (byte)' ');
            if (length <= 0 || _text.Slice(host, length).IndexOfAnyExcept(HostChars) >= 0)
            {
                return false;
            }

            _record.Hostname = Between(host, host + length);
            at = SkipBlanks(host + length + 1);
            return true;
        }

        /// <summary>Cisco ASA writes <c>host : %ASA-…</c>.</summary>
        int SkipLooseColon(int at) => at + 1 < _text.Length && _text[at] == ':' && _text[at + 1] == ' ' ? SkipBlanks(at + 1) : at;

        /// <summary>F5 writes the level between host and tag: <c>bigip1 notice mcpd[123]: …</c>.</summary>
        void SkipLevelWord(ref int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int length = rest[..Math.Min(rest.Length, 8)].IndexOf((byte)' ');
            int tag = at + length + 1;
            if (length >= 3 && IsLevelWord(rest[..length]) && TryReadTag(ref tag, isTight: false))
            {
                KeepHeaderWord(at, at + length);
                at = tag;
            }
        }

        static bool IsLevelWord(ReadOnlySpan<byte> word) =>
            word.SequenceEqual("notice"u8) || word.SequenceEqual("info"u8) || word.SequenceEqual("err"u8) || word.SequenceEqual("warning"u8)
            || word.SequenceEqual("debug"u8) || word.SequenceEqual("crit"u8) || word.SequenceEqual("alert"u8) || word.SequenceEqual("emerg"u8)
            || word.SequenceEqual("error"u8) || word.SequenceEqual("warn"u8);

        /// <summary>FortiGate: no header, <c>date=2019-05-10 time=11:37:47 devname="FGT" … tz="-0700" …</c>; all of it is the body.</summary>
        bool TryReadFortiGate(int at)
        {
            if (!_text[at..].StartsWith("date="u8))
            {
                return false;
            }

            _record.Body = From(at);
            _record.TimestampUnixNano = ReadFortiGateStamp(at);
            _record.Marks |= _record.TimestampUnixNano == 0 ? ParseMarks.MissingTimestamp : ParseMarks.None;
            if (TryFindValue(at, " devname="u8, out Slice name))
            {
                _record.Hostname = name;
            }
            else
            {
                _record.Marks |= ParseMarks.MissingHostname;
            }

            return true;
        }

        long ReadFortiGateStamp(int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            const int Date = 5, Time = 15;
            if (rest.Length < 29 || !rest[Time..].StartsWith(" time="u8))
            {
                return 0;
            }

            // Put together as RFC 3339 on the stack: yyyy-mm-ddThh:mm:ss±hhmm.
            Span<byte> stamp = stackalloc byte[25];
            rest.Slice(Date, 10).CopyTo(stamp);
            stamp[10] = (byte)'T';
            rest.Slice(Time + 6, 8).CopyTo(stamp[11..]);
            int length = 19;
            if (TryFindValue(at, " tz="u8, out Slice zone) && zone.Length is 5 or 6)
            {
                _text.Slice(zone.Offset - _offset, zone.Length).CopyTo(stamp[19..]);
                length += zone.Length;
            }

            return SyslogStamp.ReadIso(stamp[..length], _context, out long unixNano, out _) > 0 ? unixNano : 0;
        }

        /// <summary>The value behind a key, with or without quotes.</summary>
        bool TryFindValue(int at, ReadOnlySpan<byte> key, out Slice value)
        {
            value = default;
            int found = _text[at..].IndexOf(key);
            if (found < 0)
            {
                return false;
            }

            int start = at + found + key.Length;
            bool isQuoted = start < _text.Length && _text[start] == '"';
            start += isQuoted ? 1 : 0;
            int length = _text[start..].IndexOf(isQuoted ? (byte)'"' : (byte)' ');
            value = Between(start, length < 0 ? _text.Length : start + length);
            return !value.IsEmpty;
        }
    }
}
