using Microsoft.ML.Tokenizers;

namespace Classifier.Tokenizing;

/// <summary>A SentencePiece model: <c>spiece.model</c>, <c>sentencepiece.bpe.model</c>.</summary>
static class SentencePieceFile
{
    /// <summary>Field 3 of ModelProto, field 4 in it: remove_extra_whitespaces = false. Behind the rest of the file it overrides what is there.</summary>
    /// <remarks>The library's loop over leading spaces does not end where there are two; <see cref="TextPreparation"/> folds them before.</remarks>
    static ReadOnlySpan<byte> KeepSpaces => [0x1A, 2, 0x20, 0];

    /// <summary>The ends of a row are <c>[CLS]</c> and <c>[SEP]</c> where the model has them, else <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>.</summary>
    public static ITokenizer Load(byte[] content)
    {
        IReadOnlyDictionary<string, int> ids = Open(content).Vocabulary;
        (string start, string end) = ids.ContainsKey("[CLS]") && ids.ContainsKey("[SEP]") ? ("[CLS]", "[SEP]") : ("<s>", "</s>");
        return ids.TryGetValue(start, out int first) && ids.TryGetValue(end, out int last)
            ? Create(content, [first], [last], new TextPreparation(FoldSpaces: true))
            : throw new InvalidDataException("has neither [CLS] and [SEP] nor <s> and </s>");
    }

    /// <param name="content">The model.</param>
    /// <param name="before">Ids that open a row.</param>
    /// <param name="after">Ids that end it.</param>
    /// <param name="preparation">Must fold spaces.</param>
    /// <param name="tokens">By id; null takes the model's.</param>
    public static ITokenizer Create(byte[] content, int[] before, int[] after, TextPreparation preparation, string[]? tokens = null)
    {
        SentencePieceTokenizer tokenizer = Open(content);
        return new LibraryTokenizer(
            text => tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false),
            tokens ?? TokenizerJson.ById(tokenizer.Vocabulary), before, after, preparation, tokenizer.UnknownId);
    }

    static SentencePieceTokenizer Open(byte[] content)
    {
        using MemoryStream stream = new([.. content, .. KeepSpaces]);
        try
        {
            return SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        }
#pragma warning disable CA1031 // The library has exceptions of many kinds for a file that is damaged or of another format.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new InvalidDataException($"not a SentencePiece model: {e.Message}", e);
        }
    }
}
