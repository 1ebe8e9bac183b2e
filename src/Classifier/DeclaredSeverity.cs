namespace Classifier;

/// <summary>What the sender's own level would mean on our scale: the answer of last resort, and the other side of the disagreement metric.</summary>
public static class DeclaredSeverity
{
    // By severity number. A table, because the processor guesses wrong on what no two records in a row have in common.
    static ReadOnlySpan<byte> Severities => [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 4];

    /// <summary>Ranges of the OTel log data model; syslog crit and alert (18, 19) mean critical to syslog's senders and are taken at their word.</summary>
    /// <param name="severityNumber">0 to 24; 0 (undeclared) reads as info, since most lines are.</param>
    public static Severity From(byte severityNumber) => severityNumber < Severities.Length ? (Severity)Severities[severityNumber] : Severity.Critical;

    public static Verdict Fallback(byte severityNumber) => new()
    {
        Severity = From(severityNumber),
        Category = Category.Routine,
        Source = VerdictSource.Fallback,
    };
}
