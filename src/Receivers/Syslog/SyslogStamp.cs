using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Receivers.Syslog;

/// <summary>Time stamps as syslog senders write them. Pure; allocates nothing; only the bytes it is given are looked at.</summary>
/// <remarks>
/// Each reader returns the bytes read, 0 when there is no stamp. The instant is in ns since the Unix epoch, 0 when a well-formed stamp lies outside of
/// 1678 to 2261, which is what 64 bits of ns can hold.
/// </remarks>
static class SyslogStamp
{
    const int YearMin = 1678;
    const int YearMax = 2261;
    const int FractionDigitsMax = 9;

    // Nearer than this, no other year can be nearer still.
    const long SurelyNearestNanos = 181L * CivilTime.SecondsPerDay * CivilTime.NanosPerSecond;

    /// <summary><c>2003-10-11T22:14:15.003Z</c>, also with a blank for the T, with <c>+0200</c> and without a zone.</summary>
    /// <param name="s">Starts with the stamp.</param>
    /// <param name="context">Zone for stamps without one.</param>
    /// <param name="unixNano">The instant.</param>
    /// <param name="isStrict">True when RFC 5424 §6.2.3 allows it as it stands, but for nanoseconds and a leap second, which are welcome.</param>
    public static int ReadIso(ReadOnlySpan<byte> s, in SyslogParserContext context, out long unixNano, out bool isStrict)
    {
        unixNano = 0;
        isStrict = false;
        if (s.Length < 19 || s[4] != '-' || s[7] != '-' || s[13] != ':' || s[16] != ':' || !(s[10] is (byte)'T' or (byte)'t' or (byte)' '))
        {
            return 0;
        }

        int high = Two(s, 0), low = Two(s, 2), month = Two(s, 5), day = Two(s, 8), hour = Two(s, 11), minute = Two(s, 14), second = Two(s, 17);
        int year = (high * 100) + low;
        if ((high | low | month | day | hour | minute | second) < 0 || year == 0 || !CivilTime.IsDate(year, month, day)
            || hour > 23 || minute > 59 || second > 60)
        {
            return 0;
        }

        int at = 19 + ReadFraction(s[19..], out int nanos);
        long seconds = ((long)CivilTime.DaysFrom(year, month, day) * CivilTime.SecondsPerDay) + (hour * 3600) + (minute * 60) + second;
        int zone = ReadOffset(s[at..], out int offset, out bool isStrictOffset);
        isStrict = s[10] == 'T' && isStrictOffset;
        seconds = zone > 0 ? seconds - offset : context.Zone.ToUnixSeconds(seconds);
        if (year is >= YearMin and <= YearMax)
        {
            unixNano = (seconds * CivilTime.NanosPerSecond) + nanos;
        }

        return at + zone;
    }

    /// <summary>
    /// <c>Oct 11 22:14:15</c> and its kin: one-digit days, a year before, inside or behind, fractions, a zone word or offset, a weekday in front.
    /// </summary>
    /// <param name="s">Starts with the stamp.</param>
    /// <param name="context">Time of receipt, to which the year is chosen nearest when there is none, and the zone.</param>
    /// <param name="unixNano">The instant; 0 also for a 29 February that no near year has.</param>
    public static int ReadMonthName(ReadOnlySpan<byte> s, in SyslogParserContext context, out long unixNano)
    {
        unixNano = 0;
        int at = 0, year = 0;
        if (s.Length < 14)
        {
            return 0;
        }

        if (IsDigit(s[0]))
        {
            // Brocade, NX-OS: 2025 Jan  3 10:11:12
            year = ReadYear(s);
            if (year == 0 || s[4] != ' ')
            {
                return 0;
            }

            at = 5;
        }
        else if (s[3] == ' ' && IsWeekday(s))
        {
            at = 4;
        }

        int month = ReadMonth(s[at..]);
        if (month == 0)
        {
            return 0;
        }

        at += 4;
        int day = ReadDay(s, ref at);
        if (day == 0)
        {
            return 0;
        }

        if (year == 0 && s.Length - at > 5 && s[at + 4] == ' ')
        {
            // Cisco ASA, Huawei: Jan 03 2025 10:11:12
            year = ReadYear(s[at..]);
            at += year > 0 ? 5 : 0;
        }

        int time = ReadTime(s[at..], out int secondOfDay, out int nanos);
        if (time == 0)
        {
            return 0;
        }

        at += time;
        at = ReadTail(s, at, ref year, out int offset, out bool hasOffset);
        if (year > 0)
        {
            if (!CivilTime.IsDate(year, month, day))
            {
                return 0;
            }

            unixNano = Instant(year, month, day, secondOfDay, nanos, hasOffset, offset, context);
            return at;
        }

        // 29 February is a date in some year.
        if (day > CivilTime.DaysIn(4, month))
        {
            return 0;
        }

        unixNano = Nearest(month, day, secondOfDay, nanos, hasOffset, offset, context);
        return at;
    }

    /// <summary><c>1563249630.774247467</c>: ten digits of seconds and a fraction, as Meraki writes it.</summary>
    public static int ReadEpoch(ReadOnlySpan<byte> s, out long unixNano)
    {
        unixNano = 0;
        if (s.Length < 12 || s[10] != '.')
        {
            return 0;
        }

        long seconds = 0;
        for (int i = 0; i < 10; i++)
        {
            if (!IsDigit(s[i]))
            {
                return 0;
            }

            seconds = (seconds * 10) + s[i] - '0';
        }

        int fraction = ReadFraction(s[10..], out int nanos);
        if (fraction == 0)
        {
            return 0;
        }

        if (seconds < 9_000_000_000)
        {
            unixNano = (seconds * CivilTime.NanosPerSecond) + nanos;
        }

        return 10 + fraction;
    }

    /// <summary><c>+02:00</c>, <c>-0730</c>, <c>Z</c>.</summary>
    /// <param name="s">Starts with the offset.</param>
    /// <param name="seconds">East of Greenwich.</param>
    /// <param name="isStrict">False for a form that RFC 3339 does not have.</param>
    /// <returns>Bytes read; 0 when there is none.</returns>
    public static int ReadOffset(ReadOnlySpan<byte> s, out int seconds, out bool isStrict)
    {
        seconds = 0;
        isStrict = false;
        if (s.IsEmpty)
        {
            return 0;
        }

        if (s[0] is (byte)'Z' or (byte)'z')
        {
            isStrict = s[0] == 'Z';
            return 1;
        }

        if (s.Length < 5 || !(s[0] is (byte)'+' or (byte)'-'))
        {
            return 0;
        }

        bool hasColon = s[3] == ':';
        if (hasColon && s.Length < 6)
        {
            return 0;
        }

        int hours = Two(s, 1), minutes = Two(s, hasColon ? 4 : 3);
        if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59)
        {
            return 0;
        }

        isStrict = hasColon;
        seconds = (s[0] == '-' ? -1 : 1) * ((hours * 3600) + (minutes * 60));
        return hasColon ? 6 : 5;
    }

    /// <summary><c>hh:mm:ss[.frac]</c>, one-digit hours too.</summary>
    /// <returns>Bytes read; 0 when there is none.</returns>
    public static int ReadTime(ReadOnlySpan<byte> s, out int secondOfDay, out int nanos)
    {
        secondOfDay = 0;
        nanos = 0;
        int at = s.Length > 1 && s[1] == ':' ? 1 : 2;
        if (s.Length < at + 6 || s[at] != ':' || s[at + 3] != ':')
        {
            return 0;
        }

        int hour = at == 1 ? (IsDigit(s[0]) ? s[0] - '0' : -1) : Two(s, 0);
        int minute = Two(s, at + 1), second = Two(s, at + 4);
        if ((hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 60)
        {
            return 0;
        }

        secondOfDay = (hour * 3600) + (minute * 60) + second;
        at += 6;
        return at + ReadFraction(s[at..], out nanos);
    }

    /// <summary>What may stand behind the time: year, zone word or offset, in the orders that devices use.</summary>
    static int ReadTail(ReadOnlySpan<byte> s, int at, ref int year, out int offset, out bool hasOffset)
    {
        hasOffset = false;
        offset = 0;
        if (s.Length - at > 1 && s[at] == ' ' && !(s[at + 1] is < (byte)'a'))
        {
            // A word in small letters follows, as nearly always: the host.
            return at;
        }

        int read = ReadOffset(s[at..], out offset, out _);
        if (read > 0)
        {
            hasOffset = true;
            at += read;
        }

        if (year == 0)
        {
            at += ReadTrailingYear(s[at..], ref year);
        }

        if (!hasOffset && at + 1 < s.Length && s[at] == ' ')
        {
            read = ZoneWords.Read(s[(at + 1)..], out offset);
            read = read > 0 ? read : s[at + 1] is (byte)'+' or (byte)'-' ? ReadOffset(s[(at + 1)..], out offset, out _) : 0;
            if (read > 0)
            {
                hasOffset = true;
                at += 1 + read;
            }
        }

        if (year == 0 && hasOffset)
        {
            at += ReadTrailingYear(s[at..], ref year);
        }

        return at;
    }

    // LinkSys: Jan  3 10:11:12 2025 host
    static int ReadTrailingYear(ReadOnlySpan<byte> s, ref int year)
    {
        if (s.Length < 5 || s[0] != ' ' || (s.Length > 5 && !(s[5] is (byte)' ' or (byte)':')))
        {
            return 0;
        }

        year = ReadYear(s[1..]);
        return year > 0 ? 5 : 0;
    }

    /// <summary>The instant in the year that brings it nearest to the time of receipt; 0 when no near year has the day.</summary>
    public static long Nearest(int month, int day, int secondOfDay, int nanos, bool hasOffset, int offset, in SyslogParserContext context)
    {
        long best = 0, bestDistance = long.MaxValue;
        int now = context.ObservedYear;
        // This year first: it is the answer unless it is more than half a year away.
        for (int i = 0; i < 3 && bestDistance >= SurelyNearestNanos; i++)
        {
            int year = i == 0 ? now : i == 1 ? now - 1 : now + 1;
            long instant = CivilTime.IsDate(year, month, day) ? Instant(year, month, day, secondOfDay, nanos, hasOffset, offset, context) : 0;
            long distance = Math.Abs(instant - context.ObservedUnixNano);
            if (instant != 0 && distance < bestDistance)
            {
                (best, bestDistance) = (instant, distance);
            }
        }

        return best;
    }

    static long Instant(int year, int month, int day, int secondOfDay, int nanos, bool hasOffset, int offset, in SyslogParserContext context)
    {
        if (year is < YearMin or > YearMax)
        {
            return 0;
        }

        long seconds = ((long)CivilTime.DaysFrom(year, month, day) * CivilTime.SecondsPerDay) + secondOfDay;
        seconds = hasOffset ? seconds - offset : context.Zone.ToUnixSeconds(seconds);
        return (seconds * CivilTime.NanosPerSecond) + nanos;
    }

    // Digits beyond the ninth are read and forgotten: nothing we keep is finer than a nanosecond.
    static int ReadFraction(ReadOnlySpan<byte> s, out int nanos)
    {
        nanos = 0;
        if (s.Length < 2 || !(s[0] is (byte)'.' or (byte)',') || !IsDigit(s[1]))
        {
            return 0;
        }

        int at = 1;
        for (; at < s.Length && IsDigit(s[at]); at++)
        {
            nanos = at <= FractionDigitsMax ? (nanos * 10) + s[at] - '0' : nanos;
        }

        nanos *= PowersOfTen[FractionDigitsMax - Math.Min(at - 1, FractionDigitsMax)];
        return at;
    }

    public static ReadOnlySpan<int> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    static int ReadDay(ReadOnlySpan<byte> s, ref int at)
    {
        if (at < s.Length && s[at] == ' ')
        {
            at++;
        }

        if (s.Length - at < 3 || !IsDigit(s[at]))
        {
            return 0;
        }

        int day = s[at++] - '0';
        if (IsDigit(s[at]))
        {
            day = (day * 10) + s[at++] - '0';
        }

        return at < s.Length && s[at++] == ' ' && day <= 31 ? day : 0;
    }

    // 1970 to 2261: other numbers are sizes, ports and times.
    static int ReadYear(ReadOnlySpan<byte> s)
    {
        if (s.Length < 4)
        {
            return 0;
        }

        int high = Two(s, 0), low = Two(s, 2), year = (high * 100) + low;
        return (high | low) >= 0 && year is >= 1970 and <= YearMax ? year : 0;
    }

    static int ReadMonth(ReadOnlySpan<byte> s)
    {
        if (s.Length < 4 || s[3] != ' ')
        {
            return 0;
        }

        return MonthNames.Read(BinaryPrimitives.ReadUInt32LittleEndian(s));
    }

    static bool IsWeekday(ReadOnlySpan<byte> s) => Lower3(s) is
        (('m' << 16) | ('o' << 8) | 'n') or (('t' << 16) | ('u' << 8) | 'e') or (('w' << 16) | ('e' << 8) | 'd') or (('t' << 16) | ('h' << 8) | 'u')
        or (('f' << 16) | ('r' << 8) | 'i') or (('s' << 16) | ('a' << 8) | 't') or (('s' << 16) | ('u' << 8) | 'n');

    static int Lower3(ReadOnlySpan<byte> s) => ((s[0] | 0x20) << 16) | ((s[1] | 0x20) << 8) | (s[2] | 0x20);

    static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    /// <summary>Two digits, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Two(ReadOnlySpan<byte> s, int at)
    {
        int a = s[at] - '0', b = s[at + 1] - '0';
        return (uint)a <= 9 && (uint)b <= 9 ? (a * 10) + b : -1;
    }
}
