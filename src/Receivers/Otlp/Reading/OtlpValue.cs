using System.Diagnostics.CodeAnalysis;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>A body, the value of an attribute, or a value inside of one: read from an encoded <c>AnyValue</c> without allocation.</summary>
/// <remarks>Made for bytes that the receiver has checked. On others it gives what can be read and never throws. Texts are UTF-8 unless the record is marked <see cref="ParseMarks.InvalidUtf8"/>.</remarks>
public readonly ref struct OtlpValue
{
    readonly ulong _bits;

    /// <param name="message">Encoded <c>AnyValue</c>; empty gives <see cref="OtlpValueKind.Empty"/>.</param>
    public OtlpValue(ReadOnlySpan<byte> message)
    {
        WireReader reader = new(message);
        // Of several the last one counts, as in every parser of a oneof.
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Tags.AnyValue.String or Tags.AnyValue.Array or Tags.AnyValue.KeyValueList or Tags.AnyValue.Bytes:
                    Kind = (OtlpValueKind)(tag >> 3);
                    Content = reader.ReadBytes();
                    break;
                case Tags.AnyValue.Bool or Tags.AnyValue.Int:
                    Kind = (OtlpValueKind)(tag >> 3);
                    _bits = reader.ReadVarint64();
                    break;
                case Tags.AnyValue.Double:
                    Kind = OtlpValueKind.Real;
                    _bits = reader.ReadFixed64();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
    }

    public OtlpValueKind Kind { get; }

    /// <summary>The text of a string, the bytes of bytes; of an array or list its encoded message. Points into the batch's buffer.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>For <see cref="OtlpValueKind.Bool"/>.</summary>
    public bool Bool => _bits != 0;

    /// <summary>For <see cref="OtlpValueKind.Integer"/>.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "The protocol's own word.")]
    public long Integer => (long)_bits;

    /// <summary>For <see cref="OtlpValueKind.Real"/>; may be NaN or infinite.</summary>
    public double Real => BitConverter.UInt64BitsToDouble(_bits);

    /// <summary>Values of an <see cref="OtlpValueKind.List"/>, for <c>foreach</c>; none for other kinds.</summary>
    public OtlpValues Values => new(Kind == OtlpValueKind.List ? Content : default);

    /// <summary>Pairs of a <see cref="OtlpValueKind.Map"/>, for <c>foreach</c>; none for other kinds.</summary>
    public OtlpAttributes Pairs => new(Kind == OtlpValueKind.Map ? Content : default, Tags.Values);
}
