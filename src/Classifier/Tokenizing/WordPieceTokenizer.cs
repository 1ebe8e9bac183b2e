using Classifier.Normalizing;

namespace Classifier.Tokenizing;

/// <summary>BERT's uncased WordPiece (<c>models/PREPROCESSING.md</c>, section 2), on UTF-8.</summary>
/// <remarks>Source: the BERT paper's tokenizer, as its vectors pin it; no case of special tokens in the text, <c>[CLS]</c> there is five words.</remarks>
public sealed partial class WordPieceTokenizer : ITokenizer
{
    readonly Vocabulary _vocabulary;
    readonly PieceTable _table;

    WordPieceTokenizer(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _table = new PieceTable(vocabulary);
    }

    /// <summary>Tokens; ids are 0 to <c>VocabularySize - 1</c>.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>Builds the tables.</summary>
    /// <param name="vocab">A <c>vocab.txt</c>: UTF-8, one token a line, split at LF only. Not kept.</param>
    /// <exception cref="InvalidDataException">It is no vocabulary; says what is wrong and in which line.</exception>
    public static WordPieceTokenizer Load(ReadOnlySpan<byte> vocab) => new(Vocabulary.Load(vocab));

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<byte> utf8, Span<int> ids) =>
        Simd.Width == SimdWidth.Scalar ? EncodeScalar(utf8, ids) : EncodeFast(utf8, ids);
}
