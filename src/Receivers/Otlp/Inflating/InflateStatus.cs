namespace Receivers.Otlp.Inflating;

enum InflateStatus : byte
{
    Done,

    /// <summary>Not of this coding, cut short, damaged, or followed by something else.</summary>
    Corrupt,

    /// <summary>The content is longer than the limit.</summary>
    TooLarge,

    /// <summary>No memory for it at the moment.</summary>
    NoRoom,
}
