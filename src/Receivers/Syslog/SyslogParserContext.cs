namespace Receivers.Syslog;

/// <summary>What the parser must know beside the bytes: made once a batch, read for every record.</summary>
public readonly struct SyslogParserContext
{
    /// <param name="observedUnixNano">Time of receipt in ns since the Unix epoch.</param>
    /// <param name="zone">Zone of stamps that name none.</param>
    /// <param name="source">Index into the batch's sources.</param>
    public SyslogParserContext(long observedUnixNano, SyslogZone zone, int source)
        : this(observedUnixNano, zone, source, null)
    {
    }

    /// <param name="observedUnixNano">Time of receipt in ns since the Unix epoch.</param>
    /// <param name="zone">Zone of stamps that name none.</param>
    /// <param name="source">Index into the batch's sources.</param>
    /// <param name="stamps">Of the reader; null for none.</param>
    internal SyslogParserContext(long observedUnixNano, SyslogZone zone, int source, StampMemo? stamps)
    {
        stamps?.Forget();
        Stamps = stamps;
        ObservedUnixNano = observedUnixNano;
        ObservedYear = CivilTime.YearOf(observedUnixNano / CivilTime.NanosPerSecond);
        Zone = zone;
        Source = source;
    }

    SyslogParserContext(in SyslogParserContext other, SyslogZone zone, int source)
    {
        ObservedUnixNano = other.ObservedUnixNano;
        ObservedYear = other.ObservedYear;
        Stamps = other.Stamps;
        Zone = zone;
        Source = source;
    }

    public long ObservedUnixNano { get; }

    public SyslogZone Zone { get; }

    public int Source { get; }

    internal int ObservedYear { get; }

    internal StampMemo? Stamps { get; }

    /// <summary>The same moment for another sender.</summary>
    public SyslogParserContext For(SyslogZone zone, int source) => new(this, zone, source);
}
