using System.Diagnostics.CodeAnalysis;

namespace Receivers.Otlp.Reading;

/// <summary>What an OTLP value is. The numbers are the field numbers of <c>AnyValue</c>.</summary>
public enum OtlpValueKind : byte
{
    /// <summary>No value was given.</summary>
    Empty = 0,
    Text = 1,
    Bool = 2,
    [SuppressMessage("Naming", "CA1720", Justification = "The protocol's own word.")]
    Integer = 3,
    Real = 4,
    List = 5,
    Map = 6,
    Bytes = 7,
}
