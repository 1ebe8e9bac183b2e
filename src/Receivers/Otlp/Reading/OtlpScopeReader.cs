using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>Reads an encoded <c>InstrumentationScope</c>: <see cref="RecordSource.Scope"/>. Allocates nothing.</summary>
public readonly ref struct OtlpScopeReader
{
    readonly ReadOnlySpan<byte> _message;

    /// <param name="message">Encoded <c>InstrumentationScope</c>; empty when there was none.</param>
    public OtlpScopeReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        WireReader reader = new(message);
        while (reader.TryReadTag(out uint tag))
        {
            switch (tag)
            {
                case Tags.Scope.Name:
                    Name = reader.ReadBytes();
                    break;
                case Tags.Scope.Version:
                    Version = reader.ReadBytes();
                    break;
                case Tags.Scope.DroppedAttributesCount:
                    DroppedAttributesCount = reader.ReadVarint32();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
    }

    /// <summary>Name of the library or logger; may be empty.</summary>
    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Version { get; }

    public OtlpAttributes Attributes => new(_message, Tags.Scope.Attributes);

    public uint DroppedAttributesCount { get; }
}
