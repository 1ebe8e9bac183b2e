namespace Receivers.Syslog;

public static partial class SyslogParser
{
    readonly ref partial struct Reader
    {
        /// <summary>RFC 3164 and its dialects. Every step is optional; what is left is the body.</summary>
        /// <param name="start">Where the line starts, PRI included.</param>
        /// <param name="at">Behind the PRI.</param>
        /// <param name="hasPri">Without a PRI and without a stamp nothing but <c>tag[pid]:</c> is taken for a header.</param>
        void ReadRfc3164(int start, int at, bool hasPri)
        {
            int first = SkipBlanks(at);
            byte lead = first < _text.Length ? _text[first] : (byte)0;
            if (lead is (byte)'{' or (byte)'[')
            {
                ReadRaw(hasPri ? first : start);
                return;
            }

            if (lead == 'd' && TryReadFortiGate(first))
            {
                return;
            }

            first = hasPri && lead <= ':' ? SkipSequenceNumbers(first) : first;
            int next = ReadStamp(first);
            if (next == 0 && hasPri)
            {
                next = TryReadCiscoOrigin(first);
            }

            if (next > 0)
            {
                ReadHostAndTag(next, _text[next - 1] == ':');
                return;
            }

            _record.Marks |= ParseMarks.MissingTimestamp;
            ReadWithoutStamp(hasPri ? first : start, hasPri);
        }

        /// <summary>A stamp of any dialect, with the mark for an unset clock in front and a colon behind.</summary>
        /// <returns>Index behind it; 0 when there is none.</returns>
        int ReadStamp(int at)
        {
            int clock = at < _text.Length && _text[at] is (byte)'*' or (byte)'.' ? 1 : 0;
            ReadOnlySpan<byte> rest = _text[(at + clock)..];
            int length = SyslogStamp.ReadMonthName(rest, _context, out _record.TimestampUnixNano);
            if (length == 0 && !rest.IsEmpty && char.IsAsciiDigit((char)rest[0]))
            {
                length = SyslogStamp.ReadIso(rest, _context, out _record.TimestampUnixNano, out _);
            }

            if (length == 0 || (length < rest.Length && !(rest[length] is (byte)' ' or (byte)':')))
            {
                _record.TimestampUnixNano = 0;
                return 0;
            }

            _record.Marks |= clock > 0 ? ParseMarks.UnsyncedClock : ParseMarks.None;
            _record.Marks |= _record.TimestampUnixNano == 0 ? ParseMarks.MissingTimestamp : ParseMarks.None;
            at += clock + length;
            return at < _text.Length && _text[at] == ':' ? at + 1 : at;
        }

        /// <summary>What follows a stamp: host, tag, body; each may be missing.</summary>
        void ReadHostAndTag(int at, bool stampHasColon)
        {
            at = SkipBlanks(at);
            if (TryReadForwardedFrom(ref at))
            {
                ReadTagAndBody(at);
                return;
            }

            // A word that ends in ':' or ']' is the tag, so the host is missing; behind "stamp:" there is none.
            if (!TryReadTag(ref at, isTight: false) && !stampHasColon && TryReadHost(ref at))
            {
                ReadTagAndBody(SkipLooseColon(at));
                return;
            }

            if (_record.Hostname.IsEmpty)
            {
                _record.Marks |= ParseMarks.MissingHostname;
            }

            _record.Body = From(at);
        }

        void ReadTagAndBody(int at)
        {
            if (!TryReadTag(ref at, isTight: true))
            {
                SkipLevelWord(ref at);
            }

            _record.Body = From(at);
        }

        /// <summary>Without a stamp the first word is the host only when a tag follows; else it belongs to the body.</summary>
        void ReadWithoutStamp(int at, bool hasPri)
        {
            int body = at;
            if (!TryReadTag(ref body, isTight: false, needsPid: !hasPri))
            {
                int tag = body;
                if (TryReadHost(ref tag) && TryReadTag(ref tag, isTight: false, needsPid: !hasPri))
                {
                    body = tag;
                }
                else
                {
                    _record.Hostname = default;
                }
            }

            if (_record.Hostname.IsEmpty)
            {
                _record.Marks |= ParseMarks.MissingHostname;
            }

            _record.Body = From(body);
        }

        /// <summary><c>tag: </c>, <c>tag[pid]: </c> or <c>tag[pid] </c>, and one blank behind.</summary>
        /// <param name="at">Moved behind it when it is one.</param>
        /// <param name="isTight">True to take <c>tag:text</c> as well, where the place says that a tag is likely.</param>
        /// <param name="needsPid">True where only a process id tells a tag from prose.</param>
        bool TryReadTag(ref int at, bool isTight, bool needsPid = false)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int name = rest.IndexOfAnyExcept(TagChars);
            if (name <= 0 || !(rest[name] is (byte)':' or (byte)'['))
            {
                return false;
            }

            int end = name;
            Slice pid = default;
            if (rest[name] == '[')
            {
                int length = rest[(name + 1)..].IndexOfAny((byte)']', (byte)' ');
                end = name + 1 + length;
                if (length <= 0 || length > ProcIdLengthMax || rest[end] != ']')
                {
                    return false;
                }

                pid = Between(at + name + 1, at + end);
                end++;
                if (end < rest.Length && rest[end] == ' ')
                {
                    SetTag(at, name, pid);
                    at += end + 1;
                    return true;
                }
            }

            if ((needsPid && pid.IsEmpty) || end >= rest.Length || rest[end] != ':')
            {
                return false;
            }

            end++;
            if (end < rest.Length && !(rest[end] is (byte)' ' or (byte)'\t') && !(isTight && IsTagBeforeText(rest, end)))
            {
                return false;
            }

            SetTag(at, name, pid);
            at += end < rest.Length && rest[end] == ' ' ? end + 1 : end;
            return true;
        }

        /// <summary>True unless the colon is that of an address, a path, a time or a scheme.</summary>
        static bool IsTagBeforeText(ReadOnlySpan<byte> rest, int next) =>
            char.IsAsciiLetter((char)rest[0]) && !(rest[next] is (byte)'/' or (byte)':' or (byte)'\\') && !char.IsAsciiDigit((char)rest[next]);

        void SetTag(int at, int length, Slice pid)
        {
            _record.AppName = Between(at, at + length);
            _record.ProcId = pid;
        }

        /// <summary>A host name or address and the blanks behind; <c>-</c> is none.</summary>
        bool TryReadHost(ref int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int length = rest.IndexOfAnyExcept(HostChars);
            if (length < 0)
            {
                length = rest.Length;
            }
            else if (rest[length] != ' ')
            {
                return TryReadAddress(ref at);
            }

            if (length is 0 or > HostnameLengthMax || (rest[0] == 'l' && rest.StartsWith("last message repeated "u8)))
            {
                return false;
            }

            if (length > 1 || rest[0] != '-')
            {
                _record.Hostname = Between(at, at + length);
            }
            else
            {
                _record.Marks |= ParseMarks.MissingHostname;
            }

            at = SkipBlanks(at + length);
            return true;
        }

        /// <summary>An IPv6 address, in brackets or not.</summary>
        bool TryReadAddress(ref int at)
        {
            ReadOnlySpan<byte> rest = _text[at..];
            int length = rest.IndexOf((byte)' ');
            length = length < 0 ? rest.Length : length;
            int brackets = length > 2 && rest[0] == '[' && rest[length - 1] == ']' ? 1 : 0;
            if (length is 0 or > HostnameLengthMax || !IsAddress(rest[brackets..(length - brackets)]))
            {
                return false;
            }

            _record.Hostname = Between(at + brackets, at + length - brackets);
            at = SkipBlanks(at + length);
            return true;
        }

        /// <summary>An IPv6 address by its letters, with or without a zone.</summary>
        static bool IsAddress(ReadOnlySpan<byte> name)
        {
            int zone = name.IndexOf((byte)'%');
            if (!name.Contains((byte)':') || name[^1] == ':')
            {
                return false;
            }

            foreach (byte b in zone < 0 ? name : name[..zone])
            {
                if (!(char.IsAsciiHexDigit((char)b) || b is (byte)':' or (byte)'.'))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
