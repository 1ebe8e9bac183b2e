using Microsoft.ML.Tokenizers;

namespace Classifier.Tokenizing;

/// <summary>A SentencePiece model: <c>spiece.model</c>, <c>sentencepiece.bpe.model</c>.</summary>
static class SentencePieceFile
{
    // Source of the field numbers: sentencepiece_model.proto.
    const int NormalizerSpec = 3;
    const int PrecompiledCharsMap = 2;

    /// <summary>In normalizer_spec: precompiled_charsmap is empty and remove_extra_whitespaces = false. Behind the rest of the file it overrides what is there.</summary>
    /// <remarks>The library's loop over leading spaces does not end where there are two; <see cref="TextPreparation"/> does both before.</remarks>
    static ReadOnlySpan<byte> NothingFolded => [0x1A, 4, 0x12, 0, 0x20, 0];

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
        preparation = preparation with { Map = CharsMap.Read(Field(Field(content, NormalizerSpec), PrecompiledCharsMap)) };
        return new LibraryTokenizer(
            text => tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false),
            tokens ?? TokenizerJson.ById(tokenizer.Vocabulary), before, after, preparation, tokenizer.UnknownId);
    }

    /// <summary>Content of the last field of this number in an encoded message, which is bytes or a message; empty when there is none.</summary>
    /// <param name="message">Read by the library before, so it is well-formed.</param>
    /// <param name="number">Of the field.</param>
    static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> message, int number)
    {
        ReadOnlySpan<byte> found = default;
        while (!message.IsEmpty)
        {
            int tag = (int)Varint(ref message);
            int length = (tag & 7) switch
            {
                0 => VarintLength(message),
                1 => sizeof(ulong),
                2 => (int)Varint(ref message),
                _ => sizeof(uint),
            };
            found = tag == ((number << 3) | 2) ? message[..length] : found;
            message = message[length..];
        }

        return found;
    }

    static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        int length = VarintLength(message);
        ulong value = 0;
        for (int i = length - 1; i >= 0; i--)
        {
            value = (value << 7) | (message[i] & 0x7Fu);
        }

        message = message[length..];
        return value;
    }

    static int VarintLength(ReadOnlySpan<byte> message) => message.IndexOfAnyInRange((byte)0, (byte)0x7F) + 1;

    static SentencePieceTokenizer Open(byte[] content)
    {
        using MemoryStream stream = new([.. content, .. NothingFolded]);
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
