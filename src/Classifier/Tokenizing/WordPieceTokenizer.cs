using System.Text;
using Classifier.Normalizing;

namespace Classifier.Tokenizing;

/// <summary>BERT's WordPiece (<c>models/PREPROCESSING.md</c>, section 2), on UTF-8.</summary>
/// <remarks>Source: the BERT paper's tokenizer, as its vectors pin it; no case of special tokens in the text, <c>[CLS]</c> there is five words.</remarks>
public sealed partial class WordPieceTokenizer : ITokenizer
{
    readonly Vocabulary _vocabulary;
    readonly PieceTable _table;
    readonly WordPieceRules _rules;

    WordPieceTokenizer(Vocabulary vocabulary, WordPieceRules rules)
    {
        _vocabulary = vocabulary;
        _table = new PieceTable(vocabulary);
        _rules = rules;
    }

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>Builds the tables, with the uncased rules.</summary>
    /// <param name="vocab">A <c>vocab.txt</c>: UTF-8, one token a line, split at LF only. Not kept.</param>
    /// <exception cref="InvalidDataException">It is no vocabulary; says what is wrong and in which line.</exception>
    public static WordPieceTokenizer Load(ReadOnlySpan<byte> vocab) => Load(vocab, WordPieceRules.Uncased);

    /// <inheritdoc cref="Load(ReadOnlySpan{byte})"/>
    internal static WordPieceTokenizer Load(ReadOnlySpan<byte> vocab, WordPieceRules rules) => new(Vocabulary.Load(vocab), rules);

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<byte> utf8, Span<int> ids) =>
        Simd.Width == SimdWidth.Scalar || _rules != WordPieceRules.Uncased ? EncodeScalar(utf8, ids) : EncodeFast(utf8, ids);

    /// <inheritdoc/>
    public string Token(int id) => (uint)id < (uint)_vocabulary.Count ? Encoding.UTF8.GetString(_vocabulary.Token(id)) : "";
}
