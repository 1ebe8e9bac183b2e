using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Receivers.Otlp.Json;

/// <summary>Resolves the escapes of JSON strings.</summary>
static class JsonText
{
    /// <summary>Resolves them in place; the text only gets shorter.</summary>
    /// <param name="text">The inside of a string that a JSON reader has found well-formed. Half of a surrogate pair becomes U+FFFD.</param>
    /// <returns>Length of the result.</returns>
    public static int Unescape(Span<byte> text)
    {
        int read = 0;
        int write = 0;
        while (read < text.Length)
        {
            int run = text[read..].IndexOf((byte)'\\');
            run = run < 0 ? text.Length - read : run;
            text.Slice(read, run).CopyTo(text[write..]);
            read += run;
            write += run;
            if (read >= text.Length)
            {
                break;
            }

            byte kind = text[read + 1];
            read += 2;
            if (kind == (byte)'u')
            {
                Rune rune = Unicode(text, ref read);
                write += rune.EncodeToUtf8(text[write..]);
                continue;
            }

            text[write++] = kind switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'t' => (byte)'\t',
                (byte)'r' => (byte)'\r',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                _ => kind,
            };
        }

        return write;
    }

    static Rune Unicode(ReadOnlySpan<byte> text, ref int read)
    {
        char first = Hex(text, read);
        read += 4;
        if (char.IsHighSurrogate(first) && read + 6 <= text.Length && text[read] == (byte)'\\' && text[read + 1] == (byte)'u')
        {
            char second = Hex(text, read + 2);
            if (char.IsLowSurrogate(second))
            {
                read += 6;
                return new Rune(first, second);
            }
        }

        return Rune.TryCreate(first, out Rune rune) ? rune : Rune.ReplacementChar;
    }

    static char Hex(ReadOnlySpan<byte> text, int at)
    {
        bool isHex = Utf8Parser.TryParse(text.Slice(at, 4), out ushort value, out _, 'x');
        Debug.Assert(isHex, "the JSON reader has seen four hexadecimal digits");
        return (char)value;
    }
}
