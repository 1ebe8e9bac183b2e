using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Receivers.Otlp.Wire;

/// <summary>Steps over what nearly every attribute is: a key, then a text, a number or a flag, nothing else, the texts of ASCII, all in 63 bytes.</summary>
/// <remarks>Sound and not complete: <see cref="WireCheck.KeyValue"/> is the rule, and finds neither fault nor mark in what is stepped over here.</remarks>
static class PlainAttributes
{
    const int WindowBytes = 64;
    const int VarintBytesMax = 10;

    /// <param name="buffer">Where the message lies. Bytes behind the message are loaded and not looked at.</param>
    /// <param name="at">Of the length of the first attribute, behind its tag.</param>
    /// <param name="end">Of the message.</param>
    /// <returns>Behind the last attribute of the run; <paramref name="at"/> when the first one is not plain.</returns>
    public static int Skip(ReadOnlySpan<byte> buffer, int at, int end)
    {
        int behind = at;
        while (at + WindowBytes <= buffer.Length)
        {
            int length = PlainLength(buffer.Slice(at, WindowBytes));
            if (length == 0 || length > end - at)
            {
                break;
            }

            behind = at + length;
            if (behind >= end || buffer[behind] != Tags.Record.Attributes)
            {
                break;
            }

            at = behind + 1;
        }

        return behind;
    }

    /// <returns>Bytes of the attribute, its length's included; 0 when it is not plain.</returns>
    static int PlainLength(ReadOnlySpan<byte> window)
    {
        // A length of 128 and more has the high bit and is too long here, whatever follows.
        int length = 1 + window[0];
        int value = 3 + window[2];
        if (length >= WindowBytes || window[1] != Tags.KeyValue.Key || value + 4 > length
            || window[value] != Tags.KeyValue.Value || window[value + 1] != length - value - 2)
        {
            return 0;
        }

        // What has the high bit: nothing in texts, all bytes but the last in a varint.
        ulong expected = 0;
        switch ((uint)window[value + 2])
        {
            case Tags.AnyValue.String when window[value + 3] == length - value - 4:
                break;
            case Tags.AnyValue.Bool or Tags.AnyValue.Int when length - value - 3 <= VarintBytesMax:
                expected = Ones(length - 1) & ~Ones(value + 3);
                break;
            default:
                return 0;
        }

        return (HighBits(window) & Ones(length)) == expected ? length : 0;
    }

    static ulong Ones(int count) => (1UL << count) - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong HighBits(ReadOnlySpan<byte> window)
    {
        ref byte first = ref MemoryMarshal.GetReference(window);
        return Vector256.LoadUnsafe(ref first).ExtractMostSignificantBits()
            | ((ulong)Vector256.LoadUnsafe(ref first, (nuint)Vector256<byte>.Count).ExtractMostSignificantBits() << Vector256<byte>.Count);
    }
}
