namespace Collector.Outputs;

/// <summary>How long to wait before the next try: doubled each time, with jitter, never less than the far side asked for.</summary>
/// <remarks>Used by one task.</remarks>
sealed class RetryBackoff(TimeSpan min, TimeSpan max)
{
    // A far side that asks for hours is asked again after this: a wrong Retry-After must not look like a hang.
    static readonly TimeSpan AskedMax = TimeSpan.FromMinutes(10);

    int _doublings;

    /// <summary>Half to all of the current step, so that many collectors do not come back at the same moment.</summary>
    public TimeSpan Next(TimeSpan asked)
    {
        TimeSpan step = min * (1L << _doublings);
        if (step < max)
        {
            _doublings++;
        }
        else
        {
            step = max;
        }

        TimeSpan wait = step * (0.5 + (0.5 * Random.Shared.NextDouble()));
        TimeSpan least = asked < AskedMax ? asked : AskedMax;
        return wait > least ? wait : least;
    }

    public void Reset() => _doublings = 0;
}
