using System.Buffers;
using System.Text.Unicode;

namespace Collector.Outputs.Formats;

/// <summary>Texts from outside as JSON strings.</summary>
/// <remarks>
/// Beyond what RFC 8259 §7 demands, everything is escaped that some reader takes for a line end or acts on: DEL, C1 controls, U+2028, U+2029 and the
/// bidirectional embeddings and isolates. A line stays one line in every language's line splitter, and <c>tail -f</c> shows text only.
/// Allocates nothing for valid UTF-8.
/// </remarks>
static class JsonText
{
    // Lead bytes C2 (C1 controls) and E2 (U+2028 and its neighbours) are looked at and mostly passed.
    static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(c => (byte)c), (byte)'"', (byte)'\\', 0x7F, 0xC2, 0xE2]);

    static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>Writes the text with its quotes.</summary>
    /// <returns>False: the bytes were not UTF-8, and U+FFFD stands for the bad ones.</returns>
    public static bool Write(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        to.WriteByte((byte)'"');
        bool isValid = WriteInner(to, text);
        to.WriteByte((byte)'"');
        return isValid;
    }

    /// <summary>Writes the text without quotes, as a part of a string.</summary>
    /// <returns>As <see cref="Write"/>.</returns>
    public static bool WriteInner(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            WriteValid(to, text);
            return true;
        }

        using PayloadBuffer repaired = new(text.Length * 2);
        Utf8Repair.Write(repaired, text);
        WriteValid(to, repaired.Span);
        return false;
    }

    static void WriteValid(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        int from = 0;
        int at = 0;
        while (true)
        {
            int found = text[at..].IndexOfAny(Special);
            if (found < 0)
            {
                to.Write(text[from..]);
                return;
            }

            at += found;
            int length = LengthOf(text[at..], out int code);
            if (code >= 0)
            {
                to.Write(text[from..at]);
                WriteEscape(to, code);
                from = at + length;
            }

            at += length;
        }
    }

    /// <param name="text">Valid UTF-8 that starts with a special byte.</param>
    /// <param name="code">What to escape; -1 when it may stand as it is.</param>
    static int LengthOf(ReadOnlySpan<byte> text, out int code)
    {
        byte first = text[0];
        switch (first)
        {
            case 0xC2:
                code = text[1] < 0xA0 ? text[1] : -1;
                return 2;
            case 0xE2:
                int second = text[1];
                int third = text[2];
                code = (second == 0x80 && third is >= 0xA8 and <= 0xAE) || (second == 0x81 && third is >= 0xA6 and <= 0xA9)
                    ? 0x2000 | (second & 0x3F) << 6 | third & 0x3F
                    : -1;
                return 3;
            default:
                code = first;
                return 1;
        }
    }

    static void WriteEscape(PayloadBuffer to, int code)
    {
        byte letter = code switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            _ => 0,
        };
        Span<byte> target = to.Reserve(6);
        target[0] = (byte)'\\';
        if (letter != 0)
        {
            target[1] = letter;
            to.Advance(2);
            return;
        }

        target[1] = (byte)'u';
        target[2] = Hex[code >> 12 & 15];
        target[3] = Hex[code >> 8 & 15];
        target[4] = Hex[code >> 4 & 15];
        target[5] = Hex[code & 15];
        to.Advance(6);
    }
}
