using System.Buffers;
using System.Text;

namespace Collector.Outputs.Formats;

/// <summary>Makes valid UTF-8 of any bytes: U+FFFD for each maximal bad part (Unicode 16, §3.9, "substitution of maximal subparts").</summary>
static class Utf8Repair
{
    static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>For text that is known to be bad; each bad byte may become three.</summary>
    public static void Write(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            bool isGood = Rune.DecodeFromUtf8(text, out _, out int consumed) == OperationStatus.Done;
            to.Write(isGood ? text[..consumed] : Replacement);
            text = text[consumed..];
        }
    }
}
