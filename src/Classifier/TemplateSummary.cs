namespace Classifier;

/// <summary>What is known about a template: for people who want to see what their logs are made of.</summary>
public sealed record TemplateSummary
{
    /// <summary>As in <see cref="Classifier.Verdict.TemplateId"/>.</summary>
    public required ulong TemplateId { get; init; }

    /// <summary>Of the model, under the threshold in force.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Records that had it, over restarts; a few that came while the table grew may be missing.</summary>
    public required long Count { get; init; }

    /// <summary>To the minute; null when the example was given up.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>To the minute; null when nothing is known.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Head of its first record with the app name before it; null when it was given up.</summary>
    public string? Example { get; init; }
}
