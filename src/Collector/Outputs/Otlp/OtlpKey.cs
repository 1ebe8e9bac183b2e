using System.Text;
using Collector.Outputs.Formats;

namespace Collector.Outputs.Otlp;

/// <summary>An attribute's name, encoded once, and the attribute with each kind of value.</summary>
/// <param name="name">As in the record.</param>
sealed class OtlpKey(string name)
{
    readonly byte[] _field = [OtlpTags.Key, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    /// <summary>The name alone.</summary>
    public ReadOnlySpan<byte> Name => _field.AsSpan(2);

    /// <returns>False: some of the text was not UTF-8 and was replaced.</returns>
    public bool WriteText(PayloadBuffer to, byte tag, scoped ReadOnlySpan<byte> text)
    {
        int attribute = Begin(to, tag, out int value);
        bool isValid = to.WriteTextField(OtlpTags.Text, text);
        End(to, attribute, value);
        return isValid;
    }

    public void WriteBytes(PayloadBuffer to, byte tag, scoped ReadOnlySpan<byte> bytes)
    {
        int attribute = Begin(to, tag, out int value);
        to.WriteField(OtlpTags.Bytes, bytes);
        End(to, attribute, value);
    }

    public void WriteInteger(PayloadBuffer to, byte tag, long number)
    {
        int attribute = Begin(to, tag, out int value);
        to.WriteVarintField(OtlpTags.Integer, (ulong)number);
        End(to, attribute, value);
    }

    public void WriteReal(PayloadBuffer to, byte tag, double number)
    {
        int attribute = Begin(to, tag, out int value);
        to.WriteFixed64Field(OtlpTags.Real, BitConverter.DoubleToUInt64Bits(number));
        End(to, attribute, value);
    }

    /// <summary>Opens an attribute whose value the caller writes.</summary>
    public int Begin(PayloadBuffer to, byte tag, out int value)
    {
        int attribute = to.BeginField(tag);
        to.Write(_field);
        value = to.BeginField(OtlpTags.Value);
        return attribute;
    }

    public static void End(PayloadBuffer to, int attribute, int value)
    {
        to.EndField(value);
        to.EndField(attribute);
    }
}
