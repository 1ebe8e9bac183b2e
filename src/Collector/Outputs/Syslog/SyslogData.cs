using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Collector.Outputs.Formats;
using Receivers.Syslog;

namespace Collector.Outputs.Syslog;

/// <summary>Structured data of a record, passed on as RFC 5424 §6.3 wants it.</summary>
static class SyslogData
{
    /// <summary>Id of the verdict's element. 32473 is the enterprise number that RFC 5612 sets aside for use without one's own.</summary>
    public const string VerdictId = "collector@32473";

    // RFC 5424 §6.3.2.
    const int NameLengthMax = 32;

    static readonly byte[] VerdictIdBytes = Encoding.ASCII.GetBytes(VerdictId);
    static readonly SearchValues<byte> Escaped = SearchValues.Create("\"\\]"u8);

    /// <summary>Appends the elements. What an earlier collector said about the record goes: an id may occur once only, and the new verdict follows.</summary>
    /// <param name="to">Grows as needed.</param>
    /// <param name="text">As the record has it; may be empty.</param>
    /// <param name="isStrict">The sender kept to the grammar.</param>
    public static void Write(PayloadBuffer to, ReadOnlySpan<byte> text, bool isStrict)
    {
        if (isStrict && text.IndexOf(VerdictIdBytes) < 0 && Utf8.IsValid(text))
        {
            to.Write(text);
            return;
        }

        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
            if (element.Id.SequenceEqual(VerdictIdBytes))
            {
                continue;
            }

            to.WriteByte((byte)'[');
            WriteName(to, element.Id);
            while (element.TryReadParam(out StructuredParam param))
            {
                to.WriteByte((byte)' ');
                WriteName(to, param.Name);
                to.Write("=\""u8);
                WriteParam(to, param);
                to.WriteByte((byte)'"');
            }

            to.WriteByte((byte)']');
        }
    }

    /// <summary>Appends a PARAM-VALUE with its escapes; bad bytes become U+FFFD.</summary>
    public static void WriteValue(PayloadBuffer to, ReadOnlySpan<byte> value)
    {
        if (!Utf8.IsValid(value))
        {
            using PayloadBuffer repaired = new(value.Length * 2);
            Utf8Repair.Write(repaired, value);
            WriteValue(to, repaired.Span);
            return;
        }

        for (int at; (at = value.IndexOfAny(Escaped)) >= 0; value = value[(at + 1)..])
        {
            to.Write(value[..at]);
            to.WriteByte((byte)'\\');
            to.WriteByte(value[at]);
        }

        to.Write(value);
    }

    static void WriteName(PayloadBuffer to, ReadOnlySpan<byte> name) => to.Write(name[..Math.Min(name.Length, NameLengthMax)]);

    static void WriteParam(PayloadBuffer to, StructuredParam param)
    {
        byte[] plain = ArrayPool<byte>.Shared.Rent(param.RawValue.Length);
        WriteValue(to, plain.AsSpan(0, param.Unescape(plain)));
        ArrayPool<byte>.Shared.Return(plain);
    }
}
