namespace Collector.Outputs;

/// <summary>Lets a message through at most once a minute and counts what it held back. Safe on any thread.</summary>
sealed class MinuteGate(TimeProvider time)
{
    readonly Lock _lock = new();
    long _held;
    long _passedAt;
    bool _hasPassed;

    /// <param name="more">What this call would report.</param>
    /// <param name="total">What was held back since the last message, and <paramref name="more"/>.</param>
    public bool TryPass(long more, out long total)
    {
        lock (_lock)
        {
            _held += more;
            total = _held;
            if (_hasPassed && time.GetElapsedTime(_passedAt) < TimeSpan.FromMinutes(1))
            {
                return false;
            }

            _hasPassed = true;
            _passedAt = time.GetTimestamp();
            _held = 0;
            return true;
        }
    }
}
