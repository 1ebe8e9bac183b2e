namespace Classifier.Tokenizing;

/// <summary>Text to the ids that a model reads.</summary>
public interface ITokenizer
{
    /// <summary>Ids are 0 to <c>VocabularySize - 1</c>.</summary>
    int VocabularySize { get; }

    /// <summary>Writes what opens a row (<c>[CLS]</c>), the pieces and what ends it (<c>[SEP]</c>); pieces that do not fit are cut, both ends stay.</summary>
    /// <param name="utf8">Text of any length; invalid UTF-8 is read as U+FFFD.</param>
    /// <param name="ids">Room for the longest row: the two ends at least, 8 is enough for every tokenizer.</param>
    /// <returns>Ids written, 1 to <c>ids.Length</c>; what is beyond may be overwritten.</returns>
    /// <exception cref="ArgumentException">No room for the ends of a row.</exception>
    /// <exception cref="TokenizingException">A tokenizer that is not ours failed on this text.</exception>
    /// <remarks>Safe on any thread. BERT's own allocates nothing.</remarks>
    int Encode(ReadOnlySpan<byte> utf8, Span<int> ids);

    /// <summary>The vocabulary's entry for an id, such as <c>##ing</c>; empty when there is none.</summary>
    string Token(int id);
}
