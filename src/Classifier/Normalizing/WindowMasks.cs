namespace Classifier.Normalizing;

/// <summary>Classes of 64 bytes of text, a bit a byte.</summary>
struct WindowMasks
{
    /// <summary>0-9.</summary>
    public ulong Digit;

    /// <summary>A-Z, a-z.</summary>
    public ulong Letter;

    /// <summary><c>. : , -</c></summary>
    public ulong Joiner;

    /// <summary>0x00-0x20 and 0x7F.</summary>
    public ulong Space;

    /// <summary>The same as the byte behind it.</summary>
    public ulong Repeat;

    /// <summary>There is a <c>#</c> among them.</summary>
    public bool HasMarks;
}
