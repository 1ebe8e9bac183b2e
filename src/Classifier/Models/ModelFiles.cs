using System.Security.Cryptography;

namespace Classifier.Models;

/// <summary>The files of one model, read into memory once: what is hashed is what is run.</summary>
sealed class ModelFiles
{
    // A vocabulary is about 8 bytes a token; a card is a page. Both bounds are far beyond any real file and keep a wrong path from filling memory.
    const long CardBytesMax = 1024 * 1024;
    const long VocabularyBytesMax = 64 * 1024 * 1024;
    const long VectorsBytesMax = 64 * 1024 * 1024;

    public required ModelCard Card { get; init; }

    /// <summary>Where the files came from, for messages: a folder, or <c>built-in model</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Of the model that the tests of this build were run on.</summary>
    public bool IsBuiltIn { get; init; }

    public required byte[] CardJson { get; init; }

    public required byte[] Model { get; init; }

    public required byte[] Vocabulary { get; init; }

    /// <summary>Records with the answers of the model's makers; empty when the folder has none. The built-in ones are for the tests of the build.</summary>
    public byte[] Vectors { get; init; } = [];

    /// <summary>SHA-256 of the ONNX file, lower-case hex.</summary>
    public required string ModelHash { get; init; }

    /// <summary>The model that is built into the program.</summary>
    /// <returns>Null when this build has none or a broken one; <paramref name="problem"/> says what is wrong.</returns>
    public static ModelFiles? TryReadBuiltIn(out string problem)
    {
        byte[] json = EmbeddedFile.Read("models/" + ModelCard.FileName);
        ModelCard? card = ModelCard.TryParse(json, out problem);
        if (card is null)
        {
            problem = $"built-in model: {ModelCard.FileName}: {problem}";
            return null;
        }

        return new ModelFiles
        {
            Card = card,
            Origin = "built-in model",
            IsBuiltIn = true,
            CardJson = json,
            Model = EmbeddedFile.Read("models/" + card.ModelFile),
            Vocabulary = EmbeddedFile.Read("models/" + card.VocabularyFile),

            // A test compares it with the file. Hashing 23 MB at every start would take longer than the rest of it.
            ModelHash = card.Sha256[card.ModelFile],
        };
    }

    /// <summary>The model in a folder.</summary>
    /// <returns>Null when a file is missing, too large or not the one that the card names; <paramref name="problem"/> says which and why, in one line.</returns>
    public static ModelFiles? TryRead(string folder, out string problem)
    {
        byte[]? json = ReadFile(folder, ModelCard.FileName, CardBytesMax, out problem);
        ModelCard? card = null;
        if (json is not null)
        {
            card = ModelCard.TryParse(json, out problem);
            problem = card is null ? $"{Path.Combine(folder, ModelCard.FileName)}: {problem}" : "";
        }

        if (card is null
            || ReadFile(folder, card.ModelFile, Array.MaxLength, out problem) is not { } model
            || ReadFile(folder, card.VocabularyFile, VocabularyBytesMax, out problem) is not { } vocabulary)
        {
            return null;
        }

        byte[]? vectors = File.Exists(Path.Combine(folder, VectorTest.FileName)) ? ReadFile(folder, VectorTest.FileName, VectorsBytesMax, out problem) : [];
        if (vectors is null)
        {
            return null;
        }

        string modelHash = Hash(model);
        problem = Mismatch(folder, card, card.ModelFile, modelHash) ?? Mismatch(folder, card, card.VocabularyFile, Hash(vocabulary)) ?? "";
        return problem.Length > 0 ? null : new ModelFiles
        {
            Card = card,
            Origin = folder,
            CardJson = json!,
            Model = model,
            Vocabulary = vocabulary,
            Vectors = vectors,
            ModelHash = modelHash,
        };
    }

    static byte[]? ReadFile(string folder, string name, long bytesMax, out string problem)
    {
        string path = Path.Combine(folder, name);
        problem = "";
        try
        {
            FileInfo file = new(path);
            problem = !file.Exists ? $"{path}: not found" : file.Length > bytesMax ? $"{path}: {file.Length} bytes, at most {bytesMax} are read" : "";
            return problem.Length > 0 ? null : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: {e.Message}";
            return null;
        }
    }

    static string? Mismatch(string folder, ModelCard card, string name, string hash) => card.Sha256.TryGetValue(name, out string? expected) && expected != hash
        ? $"{Path.Combine(folder, name)}: SHA-256 is {hash}, {ModelCard.FileName} says {expected}"
        : null;

    static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
