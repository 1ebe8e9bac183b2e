using System.Text.Json;

namespace Classifier.Models;

/// <summary>What <c>model.json</c> says about a model: its files, its labels and how to read its outputs.</summary>
sealed class ModelCard
{
    public const string FileName = "model.json";

    /// <summary>Tokens a text: 8 hold at least a few words, 512 is what BERT's position table has.</summary>
    public const int TokensMin = 8;
    public const int TokensMax = 512;

    /// <summary>Name in records and on the status page.</summary>
    public required string Name { get; init; }

    /// <summary>The ONNX file, a plain name in the same folder.</summary>
    public required string ModelFile { get; init; }

    /// <summary>The tokenizer, a plain name in the same folder.</summary>
    public required string VocabularyFile { get; init; }

    /// <summary>The merges of a byte-level tokenizer, a plain name in the same folder; read where there is such a file.</summary>
    public required string MergesFile { get; init; }

    /// <summary>Tokens a text with <c>[CLS]</c> and <c>[SEP]</c>; what is longer is cut.</summary>
    public required int TokenCountMax { get; init; }

    /// <summary>What each severity output means, in the order of the outputs; several may mean the same.</summary>
    public required Severity[] Severities { get; init; }

    /// <summary>The network's own names of them.</summary>
    public required string[] SeverityLabels { get; init; }

    /// <summary>What each category output means, in the order of the outputs; empty when the model has none.</summary>
    public required Category[] Categories { get; init; }

    /// <summary>Of every verdict, when the model has no categories.</summary>
    public required Category DefaultCategory { get; init; }

    /// <summary>Output that holds one logit a severity.</summary>
    public required string SeverityOutput { get; init; }

    /// <summary>Output that holds one logit a category.</summary>
    public required string CategoryOutput { get; init; }

    /// <summary>Divides the severity logits before the softmax, so that probabilities are calibrated.</summary>
    public required float SeverityTemperature { get; init; }

    /// <inheritdoc cref="SeverityTemperature"/>
    public required float CategoryTemperature { get; init; }

    /// <summary>Probability of critical from which the verdict is critical.</summary>
    public required float CriticalThreshold { get; init; }

    /// <summary>SHA-256 by file name, lower-case hex; only for the files that the card names.</summary>
    public required IReadOnlyDictionary<string, string> Sha256 { get; init; }

    /// <summary>Reads and checks a card.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="config">Hugging Face's <c>config.json</c>, for the labels of a card that names none; may be empty.</param>
    /// <param name="vocabulary">The tokenizer's file for a card that names none.</param>
    /// <param name="problem">What is wrong, without the file's name; empty when a card is returned.</param>
    public static ModelCard? TryParse(ReadOnlySpan<byte> json, ReadOnlySpan<byte> config, string vocabulary, out string problem)
    {
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            problem = "";
            return Parse(document.RootElement, LabelMap.Names(config), vocabulary);
        }
        catch (JsonException e)
        {
            problem = e.Message;
            return null;
        }
    }

    static ModelCard Parse(JsonElement root, string[]? names, string vocabulary)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("must be an object");
        }

        if (root.TryGetProperty("lower_case", out JsonElement lower) && lower.ValueKind != JsonValueKind.True)
        {
            throw new JsonException("'lower_case' must be true: texts are lower-cased before they reach the tokenizer");
        }

        bool hasOwnNames = !root.TryGetProperty("severities", out _) && names is not null;
        Severity[] severities = hasOwnNames ? LabelMap.Severities(names!, root) : Labels<Severity>(root, "severities", LabelNames.Severities, isNeeded: true);
        if (!severities.Contains(Severity.Critical))
        {
            throw new JsonException(hasOwnNames
                ? $"no label means critical: say which does, as in \"labels\": {{ \"{names![^1]}\": \"critical\" }} (there: {string.Join(", ", names!)})"
                : "'severities' must have 'critical'");
        }

        Category[] categories = Labels<Category>(root, "categories", LabelNames.Categories, isNeeded: false);
        return new ModelCard
        {
            Name = Text(root, "name", null),
            ModelFile = FileNameOf(root, "file", "model.onnx"),
            VocabularyFile = FileNameOf(root, "vocabulary", vocabulary),
            MergesFile = FileNameOf(root, "merges", "merges.txt"),
            TokenCountMax = (int)Number(root, "max_tokens", null, TokensMin, TokensMax),
            Severities = severities,
            SeverityLabels = hasOwnNames ? names! : [.. severities.Select(severity => severity.Name())],
            Categories = categories,
            DefaultCategory = Choice(root, "default_category"),
            SeverityOutput = Text(root, "severity_output", hasOwnNames ? "logits" : "severity_logits"),
            CategoryOutput = Text(root, "category_output", "category_logits"),
            SeverityTemperature = (float)Number(root, "severity_temperature", 1, 0.05, 20),
            CategoryTemperature = (float)Number(root, "category_temperature", 1, 0.05, 20),
            CriticalThreshold = (float)Number(root, "critical_threshold", 0.5, 0, 1),
            Sha256 = Hashes(root),
        };
    }

    static string Text(JsonElement root, string key, string? fallback)
    {
        if (!root.TryGetProperty(key, out JsonElement value))
        {
            return fallback ?? throw new JsonException($"'{key}' is missing");
        }

        string? text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is { Length: > 0 and <= 128 } ? text : throw new JsonException($"'{key}' must be a text of 1 to 128 characters");
    }

    static Category Choice(JsonElement root, string key)
    {
        string name = Text(root, key, Category.Routine.Name());
        int index = LabelNames.Categories.ToList().IndexOf(name);
        return index >= 0 ? (Category)index : throw new JsonException($"'{key}' is '{name}' (known: {string.Join(", ", LabelNames.Categories)})");
    }

    static string FileNameOf(JsonElement root, string key, string fallback)
    {
        string name = Text(root, key, fallback);
        return name == Path.GetFileName(name) && name is not ("." or "..")
            ? name
            : throw new JsonException($"'{key}' must be the name of a file in the same folder, not '{name}'");
    }

    static double Number(JsonElement root, string key, double? fallback, double min, double max)
    {
        if (!root.TryGetProperty(key, out JsonElement value))
        {
            return fallback ?? throw new JsonException($"'{key}' is missing");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= min && number <= max
            ? number
            : throw new JsonException(FormattableString.Invariant($"'{key}' must be a number from {min} to {max}"));
    }

    static T[] Labels<T>(JsonElement root, string key, IReadOnlyList<string> names, bool isNeeded)
        where T : struct, Enum
    {
        if (!root.TryGetProperty(key, out JsonElement list))
        {
            return isNeeded ? throw new JsonException($"'{key}' is missing") : [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"'{key}' must be a list");
        }

        T[] all = Enum.GetValues<T>();
        List<T> labels = [];
        foreach (JsonElement element in list.EnumerateArray())
        {
            string name = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
            int index = names.ToList().IndexOf(name);
            if (index < 0 || labels.Contains(all[index]))
            {
                throw new JsonException($"'{key}' holds '{name}' {(index < 0 ? $"(known: {string.Join(", ", names)})" : "twice")}");
            }

            labels.Add(all[index]);
        }

        return [.. labels];
    }

    static Dictionary<string, string> Hashes(JsonElement root)
    {
        Dictionary<string, string> hashes = [];
        if (root.TryGetProperty("sha256", out JsonElement map))
        {
            if (map.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("'sha256' must be an object of file name and hash");
            }

            foreach (JsonProperty entry in map.EnumerateObject())
            {
                string? hash = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
                hashes[entry.Name] = hash is { Length: 64 } && hash.All(char.IsAsciiHexDigit)
                    ? hash.ToLowerInvariant()
                    : throw new JsonException($"'sha256' of '{entry.Name}' must be 64 hex digits");
            }
        }

        return hashes;
    }
}
