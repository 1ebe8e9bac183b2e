namespace Classifier;

/// <summary>The one spelling of severities, categories and sources in records, metrics, configuration and the model's folder.</summary>
public static class LabelNames
{
    public static IReadOnlyList<string> Severities { get; } = ["debug", "info", "warning", "error", "critical"];

    public static IReadOnlyList<string> Categories { get; } =
        ["routine", "security", "hardware", "storage", "resource", "network", "availability", "application"];

    public static IReadOnlyList<string> Sources { get; } = ["model", "rule", "declared", "fallback"];

    public static string Name(this Severity severity) => Severities[(int)severity];

    public static string Name(this Category category) => Categories[(int)category];

    public static string Name(this VerdictSource source) => Sources[(int)source];
}
