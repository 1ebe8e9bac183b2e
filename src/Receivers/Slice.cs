namespace Receivers;

/// <summary>A stretch of a batch's buffer: where a field of a record lies.</summary>
/// <remarks><c>default</c> is "absent". An empty field that was present also has length 0; no field of ours needs the difference.</remarks>
public readonly record struct Slice(int Offset, int Length)
{
    public bool IsEmpty => Length == 0;

    public int End => Offset + Length;
}
