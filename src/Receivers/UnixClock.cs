namespace Receivers;

/// <summary>The time as records have it.</summary>
public static class UnixClock
{
    /// <summary>Now, in ns since the Unix epoch, in steps of 100 ns. Safe on any thread.</summary>
    public static long UnixNano(this TimeProvider time) => (time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}
