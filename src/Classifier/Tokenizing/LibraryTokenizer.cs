using System.Text;

namespace Classifier.Tokenizing;

/// <summary>A tokenizer of Microsoft.ML.Tokenizers, for models that are not BERT WordPiece. Allocates; called for new texts only.</summary>
sealed class LibraryTokenizer : ITokenizer
{
    // The library's caches make no promise about threads; a text takes some 20 µs here and milliseconds in the network.
    readonly Lock _lock = new();
    readonly Func<string, IReadOnlyList<int>> _encode;
    readonly string[] _tokens;
    readonly int[] _before;
    readonly int[] _after;
    readonly int _fused;
    readonly TextPreparation _preparation;

    /// <param name="encode">Text to ids, without the ends of a row.</param>
    /// <param name="tokens">By id.</param>
    /// <param name="before">Ids that open a row.</param>
    /// <param name="after">Ids that end it.</param>
    /// <param name="preparation">What is done to a text first.</param>
    /// <param name="fused">Id of which a run counts as one; -1 for none.</param>
    /// <exception cref="InvalidDataException">A row would have no ends: an empty text would be an empty row.</exception>
    public LibraryTokenizer(Func<string, IReadOnlyList<int>> encode, string[] tokens, int[] before, int[] after, TextPreparation preparation, int fused = -1)
    {
        if (before.Length + after.Length is 0 or > EndsMax)
        {
            throw new InvalidDataException($"The tokenizer puts {before.Length + after.Length} special tokens around a text, must be 1 to {EndsMax}.");
        }

        _encode = encode;
        _tokens = tokens;
        _before = before;
        _after = after;
        _preparation = preparation;
        _fused = fused;
        if (before.Concat(after).Any(id => id < 0 || id >= tokens.Length))
        {
            throw new InvalidDataException($"A special token's id is beyond the vocabulary of {tokens.Length} tokens.");
        }
    }

    /// <summary>Special tokens around a text; the shortest row that a card may ask for has room for two pieces beside them.</summary>
    public const int EndsMax = 6;

    public int VocabularySize => _tokens.Length;

    public int Encode(ReadOnlySpan<byte> utf8, Span<int> ids)
    {
        int room = ids.Length - _before.Length - _after.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(room, nameof(ids));
        IReadOnlyList<int> pieces = Pieces(_preparation.Apply(Encoding.UTF8.GetString(utf8)));
        _before.CopyTo(ids);
        int count = _before.Length;
        for (int i = 0; i < pieces.Count && count < room + _before.Length; i++)
        {
            if (pieces[i] != _fused || i == 0 || pieces[i - 1] != _fused)
            {
                ids[count++] = pieces[i];
            }
        }

        _after.CopyTo(ids[count..]);
        return count + _after.Length;
    }

    public string Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : "";

    IReadOnlyList<int> Pieces(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        try
        {
            lock (_lock)
            {
                return _encode(text);
            }
        }
#pragma warning disable CA1031 // The text comes from a log: whatever a library does with it must not end the thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new TokenizingException($"the tokenizer failed: {e.Message}", e);
        }
    }
}
