namespace Classifier.Tokenizing;

/// <summary>Text to the ids that a model reads.</summary>
public interface ITokenizer
{
    /// <summary>Writes <c>[CLS]</c>, the pieces and <c>[SEP]</c>; pieces that do not fit are cut, <c>[SEP]</c> stays.</summary>
    /// <param name="utf8">Text of any length; invalid UTF-8 is read as U+FFFD.</param>
    /// <param name="ids">Room for the longest row, 2 or more.</param>
    /// <returns>Ids written, 2 to <c>ids.Length</c>; what is beyond may be overwritten.</returns>
    /// <exception cref="ArgumentException">No room for <c>[CLS]</c> and <c>[SEP]</c>.</exception>
    /// <remarks>Allocates nothing; safe on any thread.</remarks>
    int Encode(ReadOnlySpan<byte> utf8, Span<int> ids);
}
