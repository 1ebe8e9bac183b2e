using System.Buffers;
using System.Text;
using Receivers.Syslog;

namespace Collector.Outputs.Formats;

/// <summary>RFC 5424 structured data as a JSON object of objects.</summary>
/// <remarks>
/// A PARAM-NAME that occurs once in its element is a string; one that repeats is an array (<see cref="StructuredDataMerge"/>).
/// Work is linear in the size; without repetitions nothing is allocated.
/// </remarks>
static class StructuredDataJson
{
    /// <returns>False: some bytes were not UTF-8 and were replaced.</returns>
    public static bool Write(PayloadBuffer to, ReadOnlySpan<byte> text) =>
        StructuredDataMerge.HasRepetition(text) ? WriteMerged(to, text) : WriteInOrder(to, text);

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

    static bool WriteMerged(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        bool isValid = true;
        int start = to.Length;
        foreach ((string id, OrderedDictionary<string, List<Range>> names) in StructuredDataMerge.Merge(text))
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
