namespace Classifier;

/// <summary>What the sender's own level would mean on our scale: the answer of last resort, and the other side of the disagreement metric.</summary>
public static class DeclaredSeverity
{
    /// <summary>Ranges of the OTel log data model; syslog crit and alert (18, 19) mean critical to syslog's senders and are taken at their word.</summary>
    /// <param name="severityNumber">0 to 24; 0 (undeclared) reads as info, since most lines are.</param>
    public static Severity From(byte severityNumber) => severityNumber switch
    {
        0 => Severity.Info,
        <= 8 => Severity.Debug,
        <= 12 => Severity.Info,
        <= 16 => Severity.Warning,
        17 => Severity.Error,
        _ => Severity.Critical,
    };

    public static Verdict Fallback(byte severityNumber) => new()
    {
        Severity = From(severityNumber),
        Category = Category.Routine,
        Source = VerdictSource.Fallback,
    };
}
