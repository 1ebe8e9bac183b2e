namespace Collector.Alerts;

/// <summary>The books of one alert channel, in messages and in records. Safe on any thread.</summary>
sealed class AlertStatistics
{
    long _sent;
    long _suppressed;
    long _failed;

    /// <summary>Messages that the far side has taken.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Records that raised no message of their own.</summary>
    public long Suppressed => Volatile.Read(ref _suppressed);

    /// <summary>Messages given up: refused, or tried for too long.</summary>
    public long Failed => Volatile.Read(ref _failed);

    public void Send() => Interlocked.Increment(ref _sent);

    public void Suppress(long records) => Interlocked.Add(ref _suppressed, records);

    public void Fail() => Interlocked.Increment(ref _failed);
}
