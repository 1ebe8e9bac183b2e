using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Receivers.Syslog;

namespace Collector.Outputs.Formats;

/// <summary>RFC 5424 structured data as a JSON object of objects.</summary>
/// <remarks>
/// Rule for repetitions: a PARAM-NAME that occurs once in its element is a string; one that RFC 5424 §6.3.3 lets repeat becomes an array of its
/// values in order. Elements that share an SD-ID, which §6.3.2 forbids and devices do, are one object. So nothing is lost and no JSON key repeats.
/// Work is linear in the size; without repetitions nothing is allocated.
/// </remarks>
static class StructuredDataJson
{
    // More than this goes the way of dictionaries: comparing each with each stays cheap.
    const int ElementsMax = 8;
    const int ParamsMax = 32;

    /// <returns>False: some bytes were not UTF-8 and were replaced.</returns>
    public static bool Write(PayloadBuffer to, ReadOnlySpan<byte> text) =>
        HasRepetition(text) ? WriteMerged(to, text) : WriteInOrder(to, text);

    static bool WriteInOrder(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        bool isValid = true;
        int start = to.Length;
        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
            to.WriteByte((byte)',');
            isValid &= JsonText.Write(to, element.Id);
            to.WriteByte((byte)':');
            int elementStart = to.Length;
            while (element.TryReadParam(out StructuredParam param))
            {
                to.WriteByte((byte)',');
                isValid &= JsonText.Write(to, param.Name);
                to.WriteByte((byte)':');
                isValid &= WriteValue(to, param);
            }

            CloseObject(to, elementStart);
        }

        CloseObject(to, start);
        return isValid;
    }

    /// <summary>Opens afterwards: each member began with a comma, and the first comma becomes the brace.</summary>
    static void CloseObject(PayloadBuffer to, int start)
    {
        if (to.Length == start)
        {
            to.WriteByte((byte)'{');
        }
        else
        {
            to.SetByte(start, (byte)'{');
        }

        to.WriteByte((byte)'}');
    }

    static bool WriteValue(PayloadBuffer to, StructuredParam param)
    {
        if (!param.IsEscaped)
        {
            return JsonText.Write(to, param.RawValue);
        }

        byte[] plain = ArrayPool<byte>.Shared.Rent(param.RawValue.Length);
        bool isValid = JsonText.Write(to, plain.AsSpan(0, param.Unescape(plain)));
        ArrayPool<byte>.Shared.Return(plain);
        return isValid;
    }

    [SkipLocalsInit]
    static bool HasRepetition(ReadOnlySpan<byte> text)
    {
        Span<Range> ids = stackalloc Range[ElementsMax];
        Span<Range> names = stackalloc Range[ParamsMax];
        int idCount = 0;
        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
            if (!TryAdd(text, element.Id, ids, ref idCount))
            {
                return true;
            }

            int nameCount = 0;
            while (element.TryReadParam(out StructuredParam param))
            {
                if (!TryAdd(text, param.Name, names, ref nameCount))
                {
                    return true;
                }
            }
        }

        return false;
    }

    static bool TryAdd(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, Span<Range> seen, ref int count)
    {
        foreach (Range other in seen[..count])
        {
            if (text[other].SequenceEqual(name))
            {
                return false;
            }
        }

        if (count == seen.Length)
        {
            return false;
        }

        int offset = OffsetIn(text, name);
        seen[count++] = new Range(offset, offset + name.Length);
        return true;
    }

    /// <summary>Where a part of the text begins; 0 for an empty part.</summary>
    static int OffsetIn(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part) => text.Overlaps(part, out int offset) ? offset : 0;

    static bool WriteMerged(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        OrderedDictionary<string, OrderedDictionary<string, List<Range>>> elements = new(StringComparer.Ordinal);
        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
            // Latin-1 keeps every byte apart from every other, valid or not.
            string id = Encoding.Latin1.GetString(element.Id);
            if (!elements.TryGetValue(id, out OrderedDictionary<string, List<Range>>? names))
            {
                elements.Add(id, names = new(StringComparer.Ordinal));
            }

            while (element.TryReadParam(out StructuredParam param))
            {
                string name = Encoding.Latin1.GetString(param.Name);
                if (!names.TryGetValue(name, out List<Range>? values))
                {
                    names.Add(name, values = []);
                }

                int offset = OffsetIn(text, param.RawValue);
                values.Add(new Range(offset, offset + param.RawValue.Length));
            }
        }

        bool isValid = true;
        int start = to.Length;
        foreach ((string id, OrderedDictionary<string, List<Range>> names) in elements)
        {
            to.WriteByte((byte)',');
            isValid &= JsonText.Write(to, Encoding.Latin1.GetBytes(id));
            to.WriteByte((byte)':');
            int elementStart = to.Length;
            foreach ((string name, List<Range> values) in names)
            {
                to.WriteByte((byte)',');
                isValid &= JsonText.Write(to, Encoding.Latin1.GetBytes(name));
                to.WriteByte((byte)':');
                isValid &= WriteValues(to, text, values);
            }

            CloseObject(to, elementStart);
        }

        CloseObject(to, start);
        return isValid;
    }

    static bool WriteValues(PayloadBuffer to, ReadOnlySpan<byte> text, List<Range> values)
    {
        if (values.Count == 1)
        {
            return WriteValue(to, new StructuredParam(""u8, text[values[0]]));
        }

        bool isValid = true;
        int start = to.Length;
        foreach (Range value in values)
        {
            to.WriteByte((byte)',');
            isValid &= WriteValue(to, new StructuredParam(""u8, text[value]));
        }

        to.SetByte(start, (byte)'[');
        to.WriteByte((byte)']');
        return isValid;
    }
}
