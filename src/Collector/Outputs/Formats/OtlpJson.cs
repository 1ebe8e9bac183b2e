using System.Buffers.Text;
using System.Globalization;
using System.IO.Hashing;
using System.Text.Unicode;
using Receivers.Otlp.Reading;

namespace Collector.Outputs.Formats;

/// <summary>OTLP attributes and values as JSON: text, numbers, truths, lists and maps as what they are, bytes in base64.</summary>
/// <remarks>
/// Absent means absent: a key without a value is left out, and only within a list, where places count, an absent value is <c>null</c>. Of a key that
/// repeats, which the protocol forbids, the first value is written. NaN and infinities are the strings of protobuf's JSON. Used by one task;
/// allocates nothing in steady state.
/// </remarks>
sealed class OtlpJson
{
    // As deep as the receiver accepts. A stack overflow would end the process.
    const int DepthMax = 64;

    // A set that one strange record has blown up is not cleared for every record after it.
    const int KeptKeysMax = 1024;

    // Nobody outside can find two keys that collide.
    readonly long _seed = Random.Shared.NextInt64();
    HashSet<ulong> _keys = [];
    long _objects;

    /// <summary>Call before each record.</summary>
    public void Reset()
    {
        if (_keys.Count > KeptKeysMax)
        {
            _keys = [];
        }

        _keys.Clear();
        _objects = 0;
    }

    /// <summary>Writes <paramref name="name"/> and the attributes as an object; nothing when there are none.</summary>
    /// <returns>False: something was replaced or left out.</returns>
    public bool WriteMember(PayloadBuffer to, ReadOnlySpan<byte> name, OtlpAttributes attributes)
    {
        int before = to.Length;
        to.Write(name);
        int start = to.Length;
        bool isWhole = WritePairs(to, attributes, 1);
        if (to.Length == start)
        {
            to.CutTo(before);
        }
        else
        {
            to.SetByte(start, (byte)'{');
            to.WriteByte((byte)'}');
        }

        return isWhole;
    }

    /// <summary>Writes one value.</summary>
    /// <returns>As <see cref="WriteMember"/>.</returns>
    public bool WriteValue(PayloadBuffer to, scoped in OtlpValue value, int depth = 1)
    {
        switch (value.Kind)
        {
            case OtlpValueKind.Text:
                return JsonText.Write(to, value.Content);
            case OtlpValueKind.Bool:
                to.Write(value.Bool ? "true"u8 : "false"u8);
                return true;
            case OtlpValueKind.Integer:
                value.Integer.TryFormat(to.Reserve(20), out int digits, default, CultureInfo.InvariantCulture);
                to.Advance(digits);
                return true;
            case OtlpValueKind.Real:
                WriteReal(to, value.Real);
                return true;
            case OtlpValueKind.Bytes:
                WriteBase64(to, value.Content);
                return true;
            case OtlpValueKind.List when depth < DepthMax:
                return WriteList(to, in value, depth + 1);
            case OtlpValueKind.Map when depth < DepthMax:
                int start = to.Length;
                bool isWhole = WritePairs(to, value.Pairs, depth + 1);
                Close(to, start, (byte)'{', (byte)'}');
                return isWhole;
            default:
                to.Write("null"u8);
                return value.Kind == OtlpValueKind.Empty;
        }
    }

    /// <summary>True for a body that is more than a text.</summary>
    public static bool IsStructured(scoped in OtlpValue body) => body.Kind switch
    {
        OtlpValueKind.Empty or OtlpValueKind.Text => false,
        OtlpValueKind.Bytes => !Utf8.IsValid(body.Content),
        _ => true,
    };

    bool WritePairs(PayloadBuffer to, OtlpAttributes attributes, int depth)
    {
        bool isWhole = true;
        long place = _seed + ++_objects;
        foreach (OtlpPair pair in attributes)
        {
            OtlpValue value = pair.Value;
            if (value.Kind == OtlpValueKind.Empty)
            {
                continue;
            }

            if (!_keys.Add(XxHash3.HashToUInt64(pair.Key, place)))
            {
                isWhole = false;
                continue;
            }

            to.WriteByte((byte)',');
            isWhole &= JsonText.Write(to, pair.Key);
            to.WriteByte((byte)':');
            isWhole &= WriteValue(to, in value, depth);
        }

        return isWhole;
    }

    bool WriteList(PayloadBuffer to, scoped in OtlpValue value, int depth)
    {
        bool isWhole = true;
        int start = to.Length;
        foreach (OtlpValue item in value.Values)
        {
            to.WriteByte((byte)',');
            isWhole &= WriteValue(to, in item, depth);
        }

        Close(to, start, (byte)'[', (byte)']');
        return isWhole;
    }

    /// <summary>Opens afterwards: each member began with a comma, and the first comma becomes the bracket.</summary>
    static void Close(PayloadBuffer to, int start, byte open, byte close)
    {
        if (to.Length == start)
        {
            to.WriteByte(open);
        }
        else
        {
            to.SetByte(start, open);
        }

        to.WriteByte(close);
    }

    static void WriteReal(PayloadBuffer to, double value)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(to.Reserve(32), out int written, default, CultureInfo.InvariantCulture);
            to.Advance(written);
            return;
        }

        to.Write(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
    }

    static void WriteBase64(PayloadBuffer to, ReadOnlySpan<byte> bytes)
    {
        to.WriteByte((byte)'"');
        Base64.EncodeToUtf8(bytes, to.Reserve(Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out int written);
        to.Advance(written);
        to.WriteByte((byte)'"');
    }
}
