using System.Runtime.CompilerServices;
using System.Text;

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
        SdReader reader = new(text);
        while (reader.NextElement())
        {
            to.WriteByte((byte)',');
            isValid &= JsonText.Write(to, reader.Id);
            to.WriteByte((byte)':');
            int elementStart = to.Length;
            while (reader.NextParam())
            {
                to.WriteByte((byte)',');
                isValid &= JsonText.Write(to, reader.Name);
                to.WriteByte((byte)':');
                isValid &= WriteValue(to, reader.RawValue);
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

    static bool WriteValue(PayloadBuffer to, ReadOnlySpan<byte> raw)
    {
        if (!raw.Contains((byte)'\\'))
        {
            return JsonText.Write(to, raw);
        }

        using PayloadBuffer plain = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            // §6.3.3: only these three are escapes; before anything else a backslash is itself.
            if (raw[i] == '\\' && i + 1 < raw.Length && raw[i + 1] is (byte)'"' or (byte)'\\' or (byte)']')
            {
                i++;
            }

            plain.WriteByte(raw[i]);
        }

        return JsonText.Write(to, plain.Span);
    }

    [SkipLocalsInit]
    static bool HasRepetition(ReadOnlySpan<byte> text)
    {
        Span<Range> ids = stackalloc Range[ElementsMax];
        Span<Range> names = stackalloc Range[ParamsMax];
        int idCount = 0;
        SdReader reader = new(text);
        while (reader.NextElement())
        {
            if (!TryAdd(text, reader.Id, ids, ref idCount))
            {
                return true;
            }

            int nameCount = 0;
            while (reader.NextParam())
            {
                if (!TryAdd(text, reader.Name, names, ref nameCount))
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
        SdReader reader = new(text);
        while (reader.NextElement())
        {
            // Latin-1 keeps every byte apart from every other, valid or not.
            string id = Encoding.Latin1.GetString(reader.Id);
            if (!elements.TryGetValue(id, out OrderedDictionary<string, List<Range>>? element))
            {
                elements.Add(id, element = new(StringComparer.Ordinal));
            }

            while (reader.NextParam())
            {
                string name = Encoding.Latin1.GetString(reader.Name);
                if (!element.TryGetValue(name, out List<Range>? values))
                {
                    element.Add(name, values = []);
                }

                int offset = OffsetIn(text, reader.RawValue);
                values.Add(new Range(offset, offset + reader.RawValue.Length));
            }
        }

        bool isValid = true;
        int start = to.Length;
        foreach ((string id, OrderedDictionary<string, List<Range>> element) in elements)
        {
            to.WriteByte((byte)',');
            isValid &= JsonText.Write(to, Encoding.Latin1.GetBytes(id));
            to.WriteByte((byte)':');
            int elementStart = to.Length;
            foreach ((string name, List<Range> values) in element)
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
            return WriteValue(to, text[values[0]]);
        }

        bool isValid = true;
        int start = to.Length;
        foreach (Range value in values)
        {
            to.WriteByte((byte)',');
            isValid &= WriteValue(to, text[value]);
        }

        to.SetByte(start, (byte)'[');
        to.WriteByte((byte)']');
        return isValid;
    }
}
