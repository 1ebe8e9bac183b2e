using System.Numerics;
using System.Runtime.Intrinsics;

namespace Receivers.Syslog;

/// <summary>Printable ASCII without the blank (33 to 126), which is what the header fields of RFC 5424 are made of.</summary>
static class PrintableRun
{
    const byte First = 33;
    const byte Last = 126;

    /// <returns>Index of the first byte that is something else; -1 when there is none.</returns>
    /// <remarks>Fields are short: one look at 32 bytes nearly always finds the end, where a general search would be a call and a loop.</remarks>
    public static int IndexOfEnd(ReadOnlySpan<byte> text)
    {
        if (Vector256.IsHardwareAccelerated && text.Length >= Vector256<byte>.Count)
        {
            Vector256<byte> fromFirst = Vector256.Create(text) - Vector256.Create(First);
            uint outside = Vector256.GreaterThan(fromFirst, Vector256.Create((byte)(Last - First))).ExtractMostSignificantBits();
            if (outside != 0)
            {
                return BitOperations.TrailingZeroCount(outside);
            }
        }

        return text.IndexOfAnyExceptInRange(First, Last);
    }
}
