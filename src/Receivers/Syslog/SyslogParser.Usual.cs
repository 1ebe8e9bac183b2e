using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Receivers.Syslog;

/// <content>
/// The header as nearly every sender writes it, read in a few steps that are the same whatever its words are: wrong guesses of the processor, not bytes, are
/// what reading byte by byte costs. It reads what the rest of the parser would read, or says that the header is not usual.
/// </content>
public static partial class SyslogParser
{
    // The fields behind the stamp lie in as many bytes, nearly always.
    const int WindowBytes = 64;

    // PRI, VERSION, the longest stamp and its blank, and the window behind them.
    const int UsualReadBytes = 5 + 2 + UsualStamp.ReadBytes + 1 + WindowBytes;

    // "last" as it lies in memory.
    const uint Last = 'l' | ('a' << 8) | ('s' << 16) | ((uint)'t' << 24);

    readonly ref partial struct Reader
    {
        /// <param name="readable">Bytes that may be looked at from the start of the text on; those behind the text have no say.</param>
        /// <returns>False when the header is not usual; nothing was changed.</returns>
        public bool TryReadUsual(int readable)
        {
            if (readable < UsualReadBytes || _text.IsEmpty || _text[0] != '<')
            {
                return false;
            }

            ref byte start = ref MemoryMarshal.GetReference(_text);
            int at = ReadUsualPri(ref start, out int pri);
            bool isVersioned = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref start, at)) == ('1' | (' ' << 8));
            if (at == 0 || !(isVersioned ? TryReadUsual5424(ref start, at + 2) : TryReadUsual3164(ref start, at)))
            {
                return false;
            }

            _record.Facility = (sbyte)(pri >> 3);
            _record.SeverityNumber = SeverityNumbers.FromSyslog(pri & 7);
            return true;
        }

        /// <returns>Index behind it; 0 when it is none.</returns>
        static int ReadUsualPri(ref byte start, out int pri)
        {
            uint four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, 1));
            uint brackets = four ^ 0x3E3E_3E3E;
            int digits = BitOperations.TrailingZeroCount((brackets - 0x0101_0101) & ~brackets & 0x8080_8080) >> 3;
            // The last digit comes to lie on top, and zeros stand for those that are not there.
            uint values = (four ^ 0x3030_3030) << (32 - (digits * 8));
            pri = (int)((values >> 24) + ((values >> 16 & 0xFF) * 10) + ((values >> 8 & 0xFF) * 100));
            bool isNumber = digits is >= 1 and <= 3 && ((values | (values + 0x7676_7676)) & 0x8080_8080) == 0;
            return isNumber && pri <= PriMax && ((four & 0xFF) != '0' || digits == 1) ? digits + 2 : 0;
        }

        bool TryReadUsual5424(ref byte start, int at)
        {
            int stamp = UsualStamp.ReadIso(_text, at, _context.Stamps, out long unixNano);
            at += stamp + 1;
            if (stamp == 0 || at >= _text.Length || Unsafe.Add(ref start, at - 1) != ' ')
            {
                return false;
            }

            ref byte window = ref Unsafe.Add(ref start, at);
            Vector256<byte> a = Vector256.LoadUnsafe(ref window);
            Vector256<byte> b = Vector256.LoadUnsafe(ref window, 32);
            ulong blank = Bits(Is(a, ' '), Is(b, ' '));
            ulong other = ~Bits(In(a, '!', '~'), In(b, '!', '~')) & ~blank;
            ulong dash = Bits(Is(a, '-'), Is(b, '-'));
            ulong from = (blank << 1) | 1;
            ulong inside = Inside(_text.Length - at);

            // HOSTNAME, APP-NAME, PROCID, MSGID and the blank behind each.
            ulong end2 = WithoutLowest(blank & inside);
            ulong end3 = WithoutLowest(end2);
            ulong end4 = WithoutLowest(end3);
            ulong header = end4 ^ (end4 - 1);
            int host = BitOperations.TrailingZeroCount(blank), app = BitOperations.TrailingZeroCount(end2);
            int procId = BitOperations.TrailingZeroCount(end3), msgId = BitOperations.TrailingZeroCount(end4);
            if (end4 == 0 || ((other | (blank & from)) & header) != 0 || app - host > AppNameLengthMax + 1 || msgId - procId > MsgIdLengthMax + 1)
            {
                return false;
            }

            ulong present = ~(dash & from & (blank >> 1));
            _record.TimestampUnixNano = unixNano;
            _record.Hostname = Field(at, 0, host, present);
            _record.AppName = Field(at, host + 1, app, present);
            _record.ProcId = Field(at, app + 1, procId, present);
            _record.MsgId = Field(at, procId + 1, msgId, present);
            ReadStructuredDataAndMessage(at + msgId + 1);
            return true;
        }

        /// <summary><c>Mmm dd hh:mm:ss host tag: </c>, <c>tag[pid]: </c> or <c>tag[pid] </c>.</summary>
        bool TryReadUsual3164(ref byte start, int at)
        {
            int host = at + UsualStamp.MonthNameBytes + 1;
            if (host >= _text.Length || !UsualStamp.TryReadMonthName(ref Unsafe.Add(ref start, at), _context, out long unixNano))
            {
                return false;
            }

            ref byte window = ref Unsafe.Add(ref start, host);
            Vector256<byte> a = Vector256.LoadUnsafe(ref window);
            Vector256<byte> b = Vector256.LoadUnsafe(ref window, 32);
            Vector256<byte> hostA = HostChar(a), hostB = HostChar(b);
            ulong blank = Bits(Is(a, ' '), Is(b, ' '));
            ulong noHost = ~Bits(hostA, hostB);
            ulong noTag = ~Bits(hostA | TagOnlyChar(a), hostB | TagOnlyChar(b));

            // Four digits may be a year, "last" the start of "last message repeated", capital letters a zone: those are read with more care.
            int hostEnd = BitOperations.TrailingZeroCount(noHost);
            int tag = hostEnd + 1;
            noTag = tag < WindowBytes ? noTag >> tag << tag : 0;
            int tagEnd = BitOperations.TrailingZeroCount(noTag);
            bool isHost = (blank >> hostEnd & 1) != 0 && (window >= 'a' ? Unsafe.ReadUnaligned<uint>(ref window) != Last : (uint)(window - '0') <= 9 && hostEnd != 4);
            if (!isHost || noTag == 0 || tagEnd == tag)
            {
                return false;
            }

            // What is taken for a pid is empty where there is none.
            int pid = tagEnd, pidEnd = tagEnd;
            if (Unsafe.Add(ref window, tagEnd) == '[')
            {
                pid++;
                ulong closing = (Bits(Is(a, ']'), Is(b, ']')) | blank) >> tagEnd << tagEnd;
                pidEnd = BitOperations.TrailingZeroCount(closing);
                if (closing == 0 || pidEnd == pid || Unsafe.Add(ref window, pidEnd) != ']')
                {
                    return false;
                }
            }

            int body = pidEnd + (pid - tagEnd);
            body += Unsafe.Add(ref window, body) == ':' ? 1 : 0;
            if (body == tagEnd || host + body >= _text.Length || body >= WindowBytes || Unsafe.Add(ref window, body) != ' ')
            {
                return false;
            }

            _record.TimestampUnixNano = unixNano;
            _record.Hostname = Between(host, host + hostEnd);
            _record.AppName = Between(host + tag, host + tagEnd);
            _record.ProcId = pidEnd > pid ? Between(host + pid, host + pidEnd) : default;
            _record.Body = From(host + body + 1);
            return true;
        }

        /// <summary>The field that starts and ends there, or none.</summary>
        Slice Field(int at, int start, int end, ulong present)
        {
            int mask = -(int)(present >> start & 1);
            return new Slice((_offset + at + start) & mask, (end - start) & mask);
        }

        static ulong WithoutLowest(ulong bits) => bits & (bits - 1);

        static ulong Inside(int length) => length < WindowBytes ? ~(ulong.MaxValue << length) : ulong.MaxValue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<byte> HostChar(Vector256<byte> v) => In(v | Vector256.Create((byte)0x20), 'a', 'z') | In(v, '0', '9') | In(v, '-', '.') | Is(v, '_');

        // What TagChars has beside HostChars.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<byte> TagOnlyChar(Vector256<byte> v) => In(v, '(', '+') | In(v, '#', '$') | Is(v, '/') | Is(v, '@') | Is(v, '~');

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<byte> In(Vector256<byte> v, char first, char last) =>
            Vector256.LessThanOrEqual(v - Vector256.Create((byte)first), Vector256.Create((byte)(last - first)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<byte> Is(Vector256<byte> v, char c) => Vector256.Equals(v, Vector256.Create((byte)c));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static ulong Bits(Vector256<byte> a, Vector256<byte> b) => a.ExtractMostSignificantBits() | ((ulong)b.ExtractMostSignificantBits() << 32);
    }
}
