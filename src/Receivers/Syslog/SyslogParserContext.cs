namespace Receivers.Syslog;

/// <summary>What the parser must know beside the bytes: made once a batch, read for every record.</summary>
public readonly struct SyslogParserContext
{
    /// <param name="observedUnixNano">Time of receipt in ns since the Unix epoch.</param>
    /// <param name="zone">Zone of stamps that name none.</param>
    /// <param name="source">Index into the batch's sources.</param>
    public SyslogParserContext(long observedUnixNano, SyslogZone zone, int source)
    {
        ObservedUnixNano = observedUnixNano;
        ObservedUnixSeconds = observedUnixNano / CivilTime.NanosPerSecond;
        ObservedYear = CivilTime.YearOf(ObservedUnixSeconds);
        Zone = zone;
        Source = source;
    }

    public long ObservedUnixNano { get; }

    public SyslogZone Zone { get; }

    public int Source { get; }

    internal long ObservedUnixSeconds { get; }

    internal int ObservedYear { get; }
}
