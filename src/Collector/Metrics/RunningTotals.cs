using System.Runtime.CompilerServices;
using Prometheus;

namespace Collector.Metrics;

/// <summary>Adds what parts have counted to counters of the page, also when a reload replaces a part by one that begins at 0.</summary>
/// <remarks>Safe on any thread. A part that is replaced must be asked once more after it has stopped, or its last counts are missing.</remarks>
sealed class RunningTotals
{
    readonly Lock _lock = new();
    readonly ConditionalWeakTable<object, Dictionary<Counter.Child, long>> _seen = [];

    /// <param name="counter">Gets what is new since the last call for this part.</param>
    /// <param name="part">Who counted.</param>
    /// <param name="now">What it has counted in its life.</param>
    public void Follow(Counter.Child counter, object part, long now)
    {
        lock (_lock)
        {
            Dictionary<Counter.Child, long> seen = _seen.GetOrCreateValue(part);
            long before = seen.GetValueOrDefault(counter);
            // 0 as well: a counter is on the page from the first scrape on.
            counter.Inc(Math.Max(0, now - before));
            seen[counter] = Math.Max(now, before);
        }
    }
}
