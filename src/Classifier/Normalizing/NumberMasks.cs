namespace Classifier.Normalizing;

/// <summary>Classes of 64 bytes of text in lower case, a bit a byte.</summary>
struct NumberMasks
{
    /// <summary>a-f.</summary>
    public ulong HexLetter;

    /// <summary><c>x</c></summary>
    public ulong X;

    /// <summary><c>%</c></summary>
    public ulong Percent;
}
