using Classifier;

namespace Collector.Alerts;

/// <summary>What a notification says of one template on one host. A copy: it does not change.</summary>
/// <remarks>Host, app and line came from outside. Controls in them are written out (<see cref="AlertText"/>); each medium escapes the rest.</remarks>
sealed record Alert
{
    /// <summary>The same for every notice on this template and host, over restarts too; 16 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Template id, 16 hex digits: what a rule names.</summary>
    public required string Template { get; init; }

    /// <summary>The peer's address when the record named none; empty when neither is known.</summary>
    public required string Host { get; init; }

    /// <summary>May be empty.</summary>
    public required string App { get; init; }

    public required Severity Severity { get; init; }

    public required Category Category { get; init; }

    /// <summary>The first record's text, cut at its limit.</summary>
    public required string Line { get; init; }

    /// <summary>0 to 1; 0 when no model was asked.</summary>
    public required float Confidence { get; init; }

    /// <summary>Who decided, one of <see cref="LabelNames.Sources"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The sender's own level, an OTel short name; empty when it declared none.</summary>
    public required string Declared { get; init; }

    /// <summary>Words that carried the verdict, the weightiest first, with what each adds to the probability; empty when they are not known.</summary>
    public IReadOnlyList<ExplainedWord> Words { get; init; } = [];

    /// <summary>Lines before the record from the same host and app, oldest first; may be empty.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Records in the last minute.</summary>
    public long LastMinute { get; init; }

    /// <summary>Records in the last hour.</summary>
    public long LastHour { get; init; }

    /// <summary>Records since <see cref="FirstSeen"/>.</summary>
    public required long Count { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    public required DateTimeOffset LastSeen { get; init; }
}
