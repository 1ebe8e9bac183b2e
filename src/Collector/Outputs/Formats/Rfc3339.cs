using System.Runtime.CompilerServices;

namespace Collector.Outputs.Formats;

/// <summary>Nanoseconds since the Unix epoch as RFC 3339 with nine digits: <c>2026-11-25T10:00:00.123456789Z</c>.</summary>
static class Rfc3339
{
    /// <summary>Bytes that <see cref="Write"/> writes, always.</summary>
    public const int Length = 30;

    const long NanosPerSecond = 1_000_000_000;

    // Days from 0001-01-01 to 1970-01-01.
    const int UnixEpochDay = 719_162;

    /// <param name="to">At least <see cref="Length"/> bytes.</param>
    /// <param name="unixNano">Any value: the years 1677 to 2262.</param>
    public static void Write(Span<byte> to, long unixNano)
    {
        to = to[..Length];
        long seconds = Math.DivRem(unixNano, NanosPerSecond, out long nanos);
        if (nanos < 0)
        {
            nanos += NanosPerSecond;
            seconds--;
        }

        long days = Math.DivRem(seconds, 86_400, out long secondOfDay);
        if (secondOfDay < 0)
        {
            secondOfDay += 86_400;
            days--;
        }

        DateOnly date = DateOnly.FromDayNumber((int)days + UnixEpochDay);
        date.Deconstruct(out int year, out int month, out int day);
        Two(to, 0, year / 100);
        Two(to, 2, year % 100);
        to[4] = (byte)'-';
        Two(to, 5, month);
        to[7] = (byte)'-';
        Two(to, 8, day);
        to[10] = (byte)'T';
        int second = (int)secondOfDay;
        Two(to, 11, second / 3600);
        to[13] = (byte)':';
        Two(to, 14, second / 60 % 60);
        to[16] = (byte)':';
        Two(to, 17, second % 60);
        to[19] = (byte)'.';
        int rest = (int)nanos;
        Two(to, 27, rest % 100);
        rest /= 100;
        Two(to, 25, rest % 100);
        rest /= 100;
        Two(to, 23, rest % 100);
        rest /= 100;
        Two(to, 21, rest % 100);
        to[20] = (byte)('0' + (rest / 100));
        to[29] = (byte)'Z';
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Two(Span<byte> to, int at, int value)
    {
        to[at] = (byte)('0' + (value / 10));
        to[at + 1] = (byte)('0' + (value % 10));
    }
}
