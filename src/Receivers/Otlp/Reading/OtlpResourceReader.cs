using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>Reads an encoded <c>Resource</c>: <see cref="RecordSource.Resource"/>. Allocates nothing.</summary>
public readonly ref struct OtlpResourceReader
{
    readonly ReadOnlySpan<byte> _message;

    /// <param name="message">Encoded <c>Resource</c>; empty when there was none.</param>
    public OtlpResourceReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        WireReader reader = new(message);
        while (reader.TryReadTag(out uint tag))
        {
            if (tag == Tags.Resource.DroppedAttributesCount)
            {
                DroppedAttributesCount = reader.ReadVarint32();
            }
            else
            {
                reader.Skip(tag);
            }
        }
    }

    public OtlpAttributes Attributes => new(_message, Tags.Resource.Attributes);

    public uint DroppedAttributesCount { get; }
}
