using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>Writes a value as compact JSON: <c>{"a":[1,true,"x"]}</c>. A string at the top is written with its quotes.</summary>
/// <remarks>
/// Integers are JSON numbers, bytes are base64 strings, NaN and infinities are the strings that protobuf's JSON uses, empty values are <c>null</c>.
/// Bytes that are not UTF-8 become U+FFFD. Source of the mapping: OpenTelemetry specification, common/README.md, "representation of non-string values".
/// Allocates nothing; recursion is bounded as the receiver bounds nesting.
/// </remarks>
public static class OtlpValueText
{
    /// <returns>False when it does not fit: <paramref name="written"/> is then 0.</returns>
    public static bool TryWriteJson(scoped in OtlpValue value, Span<byte> destination, out int written)
    {
        Writer writer = new(destination);
        writer.Value(in value, 1);
        written = writer.Overflown ? 0 : writer.Length;
        return !writer.Overflown;
    }

    /// <summary>Writes what fits, for texts that are only looked at.</summary>
    /// <returns>Bytes written; cut at a character boundary when the destination is full.</returns>
    internal static int WriteJsonStart(scoped in OtlpValue value, Span<byte> destination)
    {
        Writer writer = new(destination);
        writer.Value(in value, 1);
        return writer.Length;
    }

    ref struct Writer(Span<byte> destination)
    {
        readonly Span<byte> _destination = destination;

        public int Length { get; private set; }

        public bool Overflown { get; private set; }

        public void Value(scoped in OtlpValue value, int depth)
        {
            if (depth > WireCheck.DepthMax || Overflown)
            {
                Overflown = true;
                return;
            }

            switch (value.Kind)
            {
                case OtlpValueKind.Text:
                    Text(value.Content);
                    break;
                case OtlpValueKind.Bool:
                    Raw(value.Bool ? "true"u8 : "false"u8);
                    break;
                case OtlpValueKind.Integer:
                    Number(value.Integer);
                    break;
                case OtlpValueKind.Real:
                    Number(value.Real);
                    break;
                case OtlpValueKind.List:
                    Array(in value, depth);
                    break;
                case OtlpValueKind.Map:
                    Pairs(in value, depth);
                    break;
                case OtlpValueKind.Bytes:
                    Base64Text(value.Content);
                    break;
                default:
                    Raw("null"u8);
                    break;
            }
        }

        void Array(scoped in OtlpValue value, int depth)
        {
            Raw("["u8);
            bool isFirst = true;
            foreach (OtlpValue item in value.Values)
            {
                Separator(ref isFirst);
                Value(in item, depth + 1);
            }

            Raw("]"u8);
        }

        void Pairs(scoped in OtlpValue value, int depth)
        {
            Raw("{"u8);
            bool isFirst = true;
            foreach (OtlpPair pair in value.Pairs)
            {
                Separator(ref isFirst);
                Text(pair.Key);
                Raw(":"u8);
                OtlpValue inner = pair.Value;
                Value(in inner, depth + 1);
            }

            Raw("}"u8);
        }

        void Separator(ref bool isFirst)
        {
            if (!isFirst)
            {
                Raw(","u8);
            }

            isFirst = false;
        }

        void Number(long value)
        {
            Span<byte> text = stackalloc byte[20];
            value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
            Raw(text[..length]);
        }

        void Number(double value)
        {
            if (double.IsFinite(value))
            {
                Span<byte> text = stackalloc byte[32];
                value.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
                Raw(text[..length]);
            }
            else
            {
                Raw(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
            }
        }

        void Base64Text(ReadOnlySpan<byte> bytes)
        {
            Raw("\""u8);
            int length = Base64.GetMaxEncodedToUtf8Length(bytes.Length);
            if (length <= _destination.Length - Length)
            {
                Base64.EncodeToUtf8(bytes, _destination[Length..], out _, out int written);
                Length += written;
            }
            else
            {
                Overflown = true;
            }

            Raw("\""u8);
        }

        void Text(ReadOnlySpan<byte> text)
        {
            Raw("\""u8);
            while (!text.IsEmpty && !Overflown)
            {
                int plain = text.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
                plain = plain < 0 ? text.Length : plain;
                int quoted = text[..plain].IndexOfAny((byte)'"', (byte)'\\');
                plain = quoted < 0 ? plain : quoted;
                if (plain > 0)
                {
                    Start(text[..plain]);
                    text = text[plain..];
                    continue;
                }

                text = text[Character(text)..];
            }

            Raw("\""u8);
        }

        /// <summary>One character that is not plain ASCII.</summary>
        /// <returns>Bytes of it.</returns>
        int Character(ReadOnlySpan<byte> text)
        {
            byte first = text[0];
            if (first >= 0x80)
            {
                bool isValid = Rune.DecodeFromUtf8(text, out _, out int length) == OperationStatus.Done;
                Raw(isValid ? text[..length] : "\uFFFD"u8);
                return length;
            }

            switch (first)
            {
                case (byte)'"':
                    Raw("\\\""u8);
                    break;
                case (byte)'\\':
                    Raw("\\\\"u8);
                    break;
                case (byte)'\n':
                    Raw("\\n"u8);
                    break;
                case (byte)'\r':
                    Raw("\\r"u8);
                    break;
                case (byte)'\t':
                    Raw("\\t"u8);
                    break;
                case 0x7F:
                    Raw("\u007F"u8);
                    break;
                default:
                    ReadOnlySpan<byte> hex = "0123456789abcdef"u8;
                    Raw([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', hex[first >> 4], hex[first & 15]]);
                    break;
            }

            return 1;
        }

        /// <summary>As much of a plain text as fits.</summary>
        void Start(ReadOnlySpan<byte> plain)
        {
            int room = _destination.Length - Length;
            if (plain.Length > room)
            {
                plain = plain[..room];
                Overflown = true;
            }

            plain.CopyTo(_destination[Length..]);
            Length += plain.Length;
        }

        /// <summary>All or nothing.</summary>
        void Raw(scoped ReadOnlySpan<byte> bytes)
        {
            if (Overflown || bytes.Length > _destination.Length - Length)
            {
                Overflown = true;
                return;
            }

            bytes.CopyTo(_destination[Length..]);
            Length += bytes.Length;
        }
    }
}
