using System.Buffers;
using System.Text;

namespace Collector.Outputs.Formats;

/// <summary>Text from outside for a terminal: nothing in it can move the cursor, change colours, end the line or turn the reading direction.</summary>
static class SafeText
{
    static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(c => (byte)c)]);

    /// <summary>Controls as <c>\n</c>, <c>\t</c>, <c>\x1b</c> or <c>\u202e</c>; bad bytes as <c>\xff</c>; the rest as it is.</summary>
    public static void Write(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                to.Write(text);
                return;
            }

            to.Write(text[..plain]);
            text = text[plain..];
            bool isGood = Rune.DecodeFromUtf8(text, out Rune rune, out int consumed) == OperationStatus.Done;
            if (!isGood)
            {
                for (int i = 0; i < consumed; i++)
                {
                    WriteHex(to, 'x', text[i], 2);
                }
            }
            else if (rune.Value is '\n' or '\t' or '\r')
            {
                to.Write(rune.Value switch { '\n' => "\\n"u8, '\t' => "\\t"u8, _ => "\\r"u8 });
            }
            else if (rune.Value < 0x80)
            {
                WriteHex(to, 'x', rune.Value, 2);
            }
            else if (Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
                or System.Globalization.UnicodeCategory.PrivateUse)
            {
                WriteHex(to, rune.Value > 0xFFFF ? 'U' : 'u', rune.Value, rune.Value > 0xFFFF ? 8 : 4);
            }
            else
            {
                to.Write(text[..consumed]);
            }

            text = text[consumed..];
        }
    }

    static void WriteHex(PayloadBuffer to, char letter, int value, int digits)
    {
        to.WriteByte((byte)'\\');
        to.WriteByte((byte)letter);
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        {
            to.WriteByte("0123456789abcdef"u8[value >> shift & 15]);
        }
    }
}
