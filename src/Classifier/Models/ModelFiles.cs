using System.Security.Cryptography;

namespace Classifier.Models;

/// <summary>The files of one model, read into memory once: what is hashed is what is run.</summary>
sealed class ModelFiles
{
    // A vocabulary is about 8 bytes a token; a card is a page. Both bounds are far beyond any real file and keep a wrong path from filling memory.
    const long CardBytesMax = 1024 * 1024;
    const long VocabularyBytesMax = 64 * 1024 * 1024;
    const long VectorsBytesMax = 64 * 1024 * 1024;

    const string ConfigFile = "config.json";
    const string VocabularyFile = "vocab.txt";
    const string TokenizerFile = "tokenizer.json";

    public required ModelCard Card { get; init; }

    /// <summary>Where the files came from, for messages: a folder, or <c>built-in model</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>Of the model that the tests of this build were run on.</summary>
    public bool IsBuiltIn { get; init; }

    public required byte[] CardJson { get; init; }

    public required byte[] Model { get; init; }

    /// <summary>The tokenizer's file.</summary>
    public required byte[] Vocabulary { get; init; }

    /// <summary>The merges of a byte-level tokenizer; else empty.</summary>
    public byte[] Merges { get; init; } = [];

    /// <summary>Hugging Face's <c>config.json</c>; empty when the folder has none.</summary>
    public byte[] ConfigJson { get; init; } = [];

    /// <summary>Records with the answers of the model's makers; empty when the folder has none. The built-in ones are for the tests of the build.</summary>
    public byte[] Vectors { get; init; } = [];

    /// <summary>SHA-256 of the ONNX file, lower-case hex.</summary>
    public required string ModelHash { get; init; }

    /// <summary>The model that is built into the program.</summary>
    /// <returns>Null when this build has none or a broken one; <paramref name="problem"/> says what is wrong.</returns>
    public static ModelFiles? TryReadBuiltIn(out string problem)
    {
        byte[] json = EmbeddedFile.Read("models/" + ModelCard.FileName);
        ModelCard? card = ModelCard.TryParse(json, [], VocabularyFile, out problem);
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
        ModelCard? card = null;
        if (ReadFile(folder, ModelCard.FileName, CardBytesMax, out problem) is { } json
            && ReadIfThere(folder, ConfigFile, CardBytesMax, out problem) is { } config)
        {
            bool hasOther = !File.Exists(Path.Combine(folder, VocabularyFile)) && File.Exists(Path.Combine(folder, TokenizerFile));
            card = ModelCard.TryParse(json, config, hasOther ? TokenizerFile : VocabularyFile, out problem);
            problem = card is null ? $"{Path.Combine(folder, ModelCard.FileName)}: {problem}" : "";
            return card is null ? null : TryRead(folder, card, json, config, out problem);
        }

        return null;
    }

    static ModelFiles? TryRead(string folder, ModelCard card, byte[] json, byte[] config, out string problem)
    {
        if (ReadFile(folder, card.ModelFile, Array.MaxLength, out problem) is not { } model
            || ReadFile(folder, card.VocabularyFile, VocabularyBytesMax, out problem) is not { } vocabulary
            || ReadIfThere(folder, card.MergesFile, VocabularyBytesMax, out problem) is not { } merges
            || ReadIfThere(folder, VectorTest.FileName, VectorsBytesMax, out problem) is not { } vectors)
        {
            return null;
        }

        string modelHash = Hash(model);
        problem = Mismatch(folder, card, card.ModelFile, modelHash) ?? Mismatch(folder, card, card.VocabularyFile, Hash(vocabulary)) ?? "";
        return problem.Length > 0 ? null : new ModelFiles
        {
            Card = card,
            Origin = folder,
            CardJson = json,
            Model = model,
            Vocabulary = vocabulary,
            Merges = merges,
            ConfigJson = config,
            Vectors = vectors,
            ModelHash = modelHash,
        };
    }

    static byte[]? ReadIfThere(string folder, string name, long bytesMax, out string problem)
    {
        problem = "";
        return File.Exists(Path.Combine(folder, name)) ? ReadFile(folder, name, bytesMax, out problem) : [];
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
