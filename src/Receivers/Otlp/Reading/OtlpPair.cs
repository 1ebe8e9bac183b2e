namespace Receivers.Otlp.Reading;

/// <summary>A key and its value.</summary>
public readonly ref struct OtlpPair
{
    internal OtlpPair(ReadOnlySpan<byte> key, OtlpValue value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>UTF-8, may be empty.</summary>
    public ReadOnlySpan<byte> Key { get; }

    public OtlpValue Value { get; }
}
