using System.Text.Json;

namespace Classifier.Tokenizing;

/// <summary>The tokenizer in a model's folder, whatever form its file has.</summary>
static class TokenizerFile
{
    /// <param name="name">The file's name; its ending tells the form: <c>.txt</c> a WordPiece vocabulary, <c>.json</c> Hugging Face's <c>tokenizer.json</c> or
    /// the vocabulary of a byte-level tokenizer, <c>.model</c> SentencePiece.</param>
    /// <param name="content">The file.</param>
    /// <param name="merges"><c>merges.txt</c>, for a byte-level vocabulary; else empty.</param>
    /// <exception cref="InvalidDataException">No tokenizer of a kind that is supported; says what is wrong.</exception>
    public static ITokenizer Load(string name, byte[] content, byte[] merges)
    {
        try
        {
            return Path.GetExtension(name).ToUpperInvariant() switch
            {
                ".JSON" => LoadJson(content, merges),
                ".MODEL" => SentencePieceFile.Load(content),
                _ => WordPieceTokenizer.Load(content),
            };
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{name}: not a tokenizer: {e.Message}", e);
        }
    }

    static ITokenizer LoadJson(byte[] content, byte[] merges)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        JsonElement root = document.RootElement;
        return root.ValueKind != JsonValueKind.Object ? throw new InvalidDataException("must be an object")
            : root.TryGetProperty("model", out JsonElement model) && model.ValueKind == JsonValueKind.Object ? new TokenizerJson(root, model).Load()
            : ByteLevelFile.Load(root, merges);
    }
}
