using System.Runtime.CompilerServices;
using System.Text;
using Receivers.Syslog;

namespace Collector.Outputs.Formats;

/// <summary>RFC 5424 structured data in which something repeats, for formats whose keys must be unique.</summary>
/// <remarks>
/// A PARAM-NAME that RFC 5424 §6.3.3 lets repeat has all its values in order. Elements that share an SD-ID, which §6.3.2 forbids and devices do, are
/// one. So nothing is lost and no key repeats. Work is linear in the size.
/// </remarks>
static class StructuredDataMerge
{
    // More than this goes the way of dictionaries: comparing each with each stays cheap.
    const int ElementsMax = 8;
    const int ParamsMax = 32;

    /// <summary>SD-IDs and PARAM-NAMEs as Latin-1, which keeps every byte apart from every other, valid or not; values as they stand in the text, escapes intact.</summary>
    public static OrderedDictionary<string, OrderedDictionary<string, List<Range>>> Merge(ReadOnlySpan<byte> text)
    {
        OrderedDictionary<string, OrderedDictionary<string, List<Range>>> elements = new(StringComparer.Ordinal);
        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
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

        return elements;
    }

    /// <summary>True when <see cref="Merge"/> is needed; without it each element and parameter can be written as it comes.</summary>
    [SkipLocalsInit]
    public static bool HasRepetition(ReadOnlySpan<byte> text)
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
}
