using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Receivers.Syslog;

/// <summary>Where a line ends, and whether it is ASCII: its bytes are looked at once for both.</summary>
static class LineEnd
{
    /// <param name="text">Any bytes.</param>
    /// <param name="isAscii">True: the line is. False: it is not known to be.</param>
    /// <returns>Index of the first LF or NUL; -1 when there is none.</returns>
    public static int Find(ReadOnlySpan<byte> text, out bool isAscii)
    {
        isAscii = false;
        int at = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref byte start = ref MemoryMarshal.GetReference(text);
            Vector256<byte> seen = Vector256<byte>.Zero;
            for (; at <= text.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
            {
                Vector256<byte> bytes = Vector256.LoadUnsafe(ref start, (nuint)at);
                uint ends = (Vector256.Equals(bytes, Vector256.Create((byte)'\n')) | Vector256.Equals(bytes, Vector256<byte>.Zero)).ExtractMostSignificantBits();
                if (ends != 0)
                {
                    uint before = (ends - 1) & ~ends;
                    isAscii = (seen.ExtractMostSignificantBits() | (bytes.ExtractMostSignificantBits() & before)) == 0;
                    return at + BitOperations.TrailingZeroCount(ends);
                }

                seen |= bytes;
            }
        }

        int rest = text[at..].IndexOfAny((byte)'\n', (byte)0);
        return rest < 0 ? -1 : at + rest;
    }
}
