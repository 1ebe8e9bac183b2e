using System.Buffers;
using System.Text;
using Collector.Outputs.Formats;
using Receivers.Syslog;

namespace Collector.Outputs.Otlp;

/// <summary>RFC 5424 structured data as a map of maps of texts; a parameter that repeats is a list (<see cref="StructuredDataMerge"/>).</summary>
static class OtlpStructuredData
{
    /// <summary>Appends the pairs of the outer map.</summary>
    /// <returns>False: some bytes were not UTF-8 and were replaced.</returns>
    public static bool Write(PayloadBuffer to, ReadOnlySpan<byte> text) =>
        StructuredDataMerge.HasRepetition(text) ? WriteMerged(to, text) : WriteInOrder(to, text);

    static bool WriteInOrder(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        bool isValid = true;
        StructuredData data = new(text);
        while (data.TryReadElement(out StructuredElement element))
        {
            int pair = BeginMap(to, element.Id, out int value, out int map);
            while (element.TryReadParam(out StructuredParam param))
            {
                int inner = to.BeginField(OtlpTags.Values);
                isValid &= to.WriteTextField(OtlpTags.Key, param.Name);
                isValid &= WriteValue(to, OtlpTags.Value, param);
                to.EndField(inner);
            }

            EndMap(to, pair, value, map);
        }

        return isValid;
    }

    static bool WriteMerged(PayloadBuffer to, ReadOnlySpan<byte> text)
    {
        bool isValid = true;
        foreach ((string id, OrderedDictionary<string, List<Range>> names) in StructuredDataMerge.Merge(text))
        {
            int pair = BeginMap(to, Encoding.Latin1.GetBytes(id), out int value, out int map);
            foreach ((string name, List<Range> values) in names)
            {
                int inner = to.BeginField(OtlpTags.Values);
                isValid &= to.WriteTextField(OtlpTags.Key, Encoding.Latin1.GetBytes(name));
                isValid &= WriteValues(to, text, values);
                to.EndField(inner);
            }

            EndMap(to, pair, value, map);
        }

        return isValid;
    }

    static bool WriteValues(PayloadBuffer to, ReadOnlySpan<byte> text, List<Range> values)
    {
        if (values.Count == 1)
        {
            return WriteValue(to, OtlpTags.Value, new StructuredParam(""u8, text[values[0]]));
        }

        bool isValid = true;
        int value = to.BeginField(OtlpTags.Value);
        int list = to.BeginField(OtlpTags.List);
        foreach (Range range in values)
        {
            isValid &= WriteValue(to, OtlpTags.Values, new StructuredParam(""u8, text[range]));
        }

        to.EndField(list);
        to.EndField(value);
        return isValid;
    }

    static bool WriteValue(PayloadBuffer to, byte tag, StructuredParam param)
    {
        int value = to.BeginField(tag);
        bool isValid;
        if (param.IsEscaped)
        {
            byte[] plain = ArrayPool<byte>.Shared.Rent(param.RawValue.Length);
            isValid = to.WriteTextField(OtlpTags.Text, plain.AsSpan(0, param.Unescape(plain)));
            ArrayPool<byte>.Shared.Return(plain);
        }
        else
        {
            isValid = to.WriteTextField(OtlpTags.Text, param.RawValue);
        }

        to.EndField(value);
        return isValid;
    }

    static int BeginMap(PayloadBuffer to, ReadOnlySpan<byte> key, out int value, out int map)
    {
        int pair = to.BeginField(OtlpTags.Values);
        to.WriteTextField(OtlpTags.Key, key);
        value = to.BeginField(OtlpTags.Value);
        map = to.BeginField(OtlpTags.Map);
        return pair;
    }

    static void EndMap(PayloadBuffer to, int pair, int value, int map)
    {
        to.EndField(map);
        to.EndField(value);
        to.EndField(pair);
    }
}
