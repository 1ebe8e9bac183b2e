using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Receivers.Syslog;

/// <summary>The two stamps that nearly every line has, read digit by digit at once. What they do not read is <see cref="SyslogStamp"/>'s; what they do is the same there.</summary>
/// <remarks>Pure; allocates nothing; any thread.</remarks>
static class UsualStamp
{
    /// <summary>Bytes that <see cref="ReadIso"/> looks at, if they belong to the stamp or not.</summary>
    public const int ReadBytes = 32;

    /// <summary><c>Mmm dd hh:mm:ss</c>.</summary>
    public const int MonthNameBytes = 15;

    const int FractionDigitsMax = 8;
    const int DateAndTimeBytes = 19;

    /// <summary><c>2003-10-11T22:14:15.003Z</c>, with up to eight digits behind the point, or an offset as <c>+02:00</c>.</summary>
    /// <param name="text">Memory behind it is looked at too.</param>
    /// <param name="at">Where the stamp starts.</param>
    /// <param name="memo">Of the stamps before; null for none.</param>
    /// <param name="unixNano">The instant.</param>
    /// <returns>Bytes; 0 when the stamp is another one. A stamp may seem to go on behind the text: then it is longer than that.</returns>
    public static int ReadIso(ReadOnlySpan<byte> text, int at, StampMemo? memo, out long unixNano)
    {
        unixNano = 0;
        ref byte s = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at);
        Vector256<byte> v = Vector256.LoadUnsafe(ref s);
        Vector256<byte> values = v - Vector256.Create((byte)'0');
        uint other = Vector256.GreaterThan(values, Vector256.Create((byte)9)).ExtractMostSignificantBits();
        const uint Separators = 1 << 4 | 1 << 7 | 1 << 10 | 1 << 13 | 1 << 16;
        uint asWritten = Vector256.Equals(v, Vector256.Create("0000-00-00T00:00:00.............\0"u8)).ExtractMostSignificantBits();
        if ((other & ((1u << DateAndTimeBytes) - 1)) != Separators || (asWritten & Separators) != Separators)
        {
            return 0;
        }

        int length = DateAndTimeBytes, nanos = 0;
        if (Unsafe.Add(ref s, DateAndTimeBytes) == '.')
        {
            int digits = BitOperations.TrailingZeroCount(other >> (DateAndTimeBytes + 1));
            if (digits is 0 or > FractionDigitsMax)
            {
                return 0;
            }

            nanos = Fraction(ref Unsafe.Add(ref s, DateAndTimeBytes + 1), digits);
            length += 1 + digits;
        }

        int offset = 0;
        if (Unsafe.Add(ref s, length) == 'Z')
        {
            length++;
        }
        else
        {
            int zone = SyslogStamp.ReadOffset(text[Math.Min(at + length, text.Length)..], out offset, out bool isStrict);
            if (zone == 0 || !isStrict)
            {
                return 0;
            }

            length += zone;
        }

        int second = (values.GetElement(17) * 10) + values.GetElement(18);
        Vector128<byte> minute = v.GetLower();
        if (second > 60 || ((memo is null || !memo.TryGetMinute(minute, out long seconds)) && !TryReadMinute(values.GetLower(), minute, memo, out seconds)))
        {
            return 0;
        }

        unixNano = ((seconds + second - offset) * CivilTime.NanosPerSecond) + nanos;
        return unixNano != 0 ? length : 0;
    }

    static bool TryReadMinute(Vector128<byte> values, Vector128<byte> stamp, StampMemo? memo, out long unixSeconds)
    {
        unixSeconds = 0;

        // YY YY MM DD and hh mm.
        Vector128<ulong> pairs = Pairs(values, Vector128.Create((byte)0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 15, 15, 15, 15));
        ulong date = pairs.GetElement(0), time = pairs.GetElement(1);
        int year = ((int)(date & 0xFF) * 100) + (int)(date >> 16 & 0xFF), month = (int)(date >> 32 & 0xFF), day = (int)(date >> 48);
        int hour = (int)(time & 0xFF), minute = (int)(time >> 16 & 0xFF);
        if ((uint)(year - 1970) > 200 || hour > 23 || minute > 59 || !CivilTime.IsDate(year, month, day))
        {
            return false;
        }

        unixSeconds = ((long)CivilTime.DaysFrom(year, month, day) * CivilTime.SecondsPerDay) + (hour * 3600) + (minute * 60);
        memo?.SetMinute(stamp, unixSeconds);
        return true;
    }

    /// <summary><c>Oct 11 22:14:15</c> or <c>Oct  1 22:14:15</c>, and the blank behind.</summary>
    /// <param name="s">16 bytes.</param>
    /// <param name="context">Time of receipt, to which the year is chosen nearest, and the zone.</param>
    /// <param name="unixNano">The instant.</param>
    public static bool TryReadMonthName(ref byte s, in SyslogParserContext context, out long unixNano)
    {
        unixNano = 0;
        Vector128<byte> v = Vector128.LoadUnsafe(ref s);
        if (context.Stamps?.TryGetSecond(v, context.Zone, out unixNano) == true)
        {
            return true;
        }

        Vector128<byte> values = v - Vector128.Create((byte)'0');
        Vector128<byte> isOther = Vector128.GreaterThan(values, Vector128.Create((byte)9));
        const uint Separators = 1 << 3 | 1 << 6 | 1 << 9 | 1 << 12 | 1 << 15;
        const uint Digits = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11 | 1 << 13 | 1 << 14;
        uint asWritten = Vector128.Equals(v, Vector128.Create("Mmm  0 00:00:00 "u8)).ExtractMostSignificantBits();
        uint other = isOther.ExtractMostSignificantBits();

        // The day has two digits, or a blank and one.
        bool hasDay = ((asWritten | ~other) & 1 << 4) != 0;
        int month = MonthNames.Read(Unsafe.ReadUnaligned<uint>(ref s));
        if ((other & Digits) != 0 || (asWritten & Separators) != Separators || !hasDay || month == 0)
        {
            return false;
        }

        ulong pairs = Pairs(Vector128.AndNot(values, isOther), Vector128.Create((byte)4, 5, 7, 8, 10, 11, 13, 14, 15, 15, 15, 15, 15, 15, 15, 15)).GetElement(0);
        int day = (int)(pairs & 0xFF), hour = (int)(pairs >> 16 & 0xFF), minute = (int)(pairs >> 32 & 0xFF), second = (int)(pairs >> 48);
        if (hour > 23 || minute > 59 || second > 60 || (uint)(day - 1) >= (uint)CivilTime.DaysIn(4, month))
        {
            return false;
        }

        unixNano = SyslogStamp.Nearest(month, day, (hour * 3600) + (minute * 60) + second, 0, hasOffset: false, 0, context);
        if (unixNano == 0)
        {
            return false;
        }

        context.Stamps?.SetSecond(v, context.Zone, unixNano);
        return true;
    }

    /// <summary>Two digits each to one number of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ulong> Pairs(Vector128<byte> digits, Vector128<byte> order)
    {
        Vector128<ushort> pairs = Vector128.ShuffleNative(digits, order).AsUInt16();
        return (((pairs & Vector128.Create((ushort)0xFF)) * Vector128.Create((ushort)10)) + (pairs >> 8)).AsUInt64();
    }

    /// <summary>Nanoseconds of one to eight digits.</summary>
    static int Fraction(ref byte s, int digits)
    {
        // The last digit comes to lie on top, zeros in front; then neighbours are put together until there is one number.
        ulong x = (Unsafe.ReadUnaligned<ulong>(ref s) ^ 0x3030_3030_3030_3030) << (64 - (digits * 8));
        x = ((x * 10) + (x >> 8)) & 0x00FF_00FF_00FF_00FF;
        x = ((x * 100) + (x >> 16)) & 0x0000_FFFF_0000_FFFF;
        x = ((x * 10_000) + (x >> 32)) & 0xFFFF_FFFF;
        return (int)x * SyslogStamp.PowersOfTen[9 - digits];
    }
}
