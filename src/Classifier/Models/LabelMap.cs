using System.Text.Json;

namespace Classifier.Models;

/// <summary>What a network's own label names mean on our scale.</summary>
static class LabelMap
{
    /// <summary>Names that senders, libraries and data sets give the severities.</summary>
    static readonly Dictionary<string, Severity> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug"] = Severity.Debug,
        ["trace"] = Severity.Debug,
        ["verbose"] = Severity.Debug,
        ["info"] = Severity.Info,
        ["information"] = Severity.Info,
        ["informational"] = Severity.Info,
        ["notice"] = Severity.Info,
        ["normal"] = Severity.Info,
        ["warn"] = Severity.Warning,
        ["warning"] = Severity.Warning,
        ["err"] = Severity.Error,
        ["error"] = Severity.Error,
        ["crit"] = Severity.Critical,
        ["critical"] = Severity.Critical,
        ["fatal"] = Severity.Critical,
        ["panic"] = Severity.Critical,
        ["alert"] = Severity.Critical,
        ["emerg"] = Severity.Critical,
        ["emergency"] = Severity.Critical,
    };

    /// <summary>Names of the outputs in their order, from <c>id2label</c> of a Hugging Face <c>config.json</c>; null when it has none.</summary>
    /// <exception cref="JsonException">The numbers are not 0, 1, 2 and so on.</exception>
    public static string[]? Names(ReadOnlySpan<byte> config)
    {
        if (config.IsEmpty)
        {
            return null;
        }

        Utf8JsonReader reader = new(config);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("id2label", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        Dictionary<string, string> names = map.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.ToString());
        return [.. Enumerable.Range(0, names.Count).Select(i => names.TryGetValue($"{i}", out string? name)
            ? name
            : throw new JsonException($"config.json: 'id2label' has {names.Count} labels and none with number {i}"))];
    }

    /// <summary>What each name means.</summary>
    /// <param name="names">Of the outputs.</param>
    /// <param name="card">Whose <c>labels</c> go before the known names.</param>
    /// <exception cref="JsonException">A name that nobody explains.</exception>
    public static Severity[] Severities(string[] names, JsonElement card)
    {
        Dictionary<string, Severity> labels = new(StringComparer.OrdinalIgnoreCase);
        if (card.TryGetProperty("labels", out JsonElement map))
        {
            if (map.ValueKind != JsonValueKind.Object)
            {
                throw new JsonException("'labels' must be an object of label and severity");
            }

            foreach (JsonProperty entry in map.EnumerateObject())
            {
                int severity = LabelNames.Severities.ToList().IndexOf(entry.Value.ToString());
                labels[entry.Name] = severity >= 0
                    ? (Severity)severity
                    : throw new JsonException($"'labels' says '{entry.Value}' of '{entry.Name}' (known: {string.Join(", ", LabelNames.Severities)})");
            }
        }

        string? stranger = labels.Keys.FirstOrDefault(label => !names.Contains(label, StringComparer.OrdinalIgnoreCase));
        return stranger is not null
            ? throw new JsonException($"'labels' has '{stranger}', which config.json has not (there: {string.Join(", ", names)})")
            : [.. names.Select(name => labels.TryGetValue(name, out Severity severity) || Known.TryGetValue(name, out severity)
                ? severity
                : throw new JsonException($"config.json has a label '{name}': say what it means, as in \"labels\": {{ \"{name}\": \"error\" }} (known: {string.Join(", ", LabelNames.Severities)})"))];
    }
}
