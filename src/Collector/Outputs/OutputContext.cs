namespace Collector.Outputs;

/// <summary>What the appliance lends to an output.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">For what people should read; never for each record.</param>
/// <param name="StateFolder">Where to keep what a restart must not lose; null when nothing is kept.</param>
sealed record OutputContext(TimeProvider Time, ILoggerFactory Loggers, string? StateFolder = null)
{
    /// <summary>Keeps what is refused for good; null when nobody does.</summary>
    public DeadLetters.DeadLetterBox? DeadLetters { get; init; }

    /// <summary>Where spools count what an earlier run left; null for nowhere.</summary>
    public Pipeline.Ledger? Ledger { get; init; }

    /// <summary>What alert channels show beside the record; null for nothing.</summary>
    public Alerts.AlertEvidence? Evidence { get; init; }
}
