using Prometheus;

namespace Collector.Metrics;

/// <summary>Feeds a Prometheus histogram from counts that were kept elsewhere, in the same buckets.</summary>
/// <remarks>
/// The library takes observations only. What was counted since the last scrape is observed at values inside the right buckets, chosen so that
/// their sum is the sum that was measured: buckets, count and sum of the page are exact.
/// </remarks>
sealed class DurationHistogram
{
    readonly double[] _bounds;
    readonly long[] _seen;
    readonly Histogram _histogram;
    double _seenSeconds;

    /// <param name="metrics">Where it is made.</param>
    /// <param name="name">Name of the family.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="bounds">Upper bounds, ascending, without infinity; of durations in seconds.</param>
    public DurationHistogram(MetricFactory metrics, string name, string help, IReadOnlyList<double> bounds)
    {
        _bounds = [.. bounds];
        _seen = new long[_bounds.Length + 1];
        _histogram = metrics.CreateHistogram(name, help, new HistogramConfiguration { Buckets = _bounds });
    }

    /// <summary>Takes over the counts as they are now. One caller at a time, as scrapes are.</summary>
    /// <param name="buckets">Counts by bucket, not cumulative, the last one beyond the bounds.</param>
    /// <param name="seconds">Sum of all that was observed.</param>
    public void Update(IReadOnlyList<long> buckets, double seconds)
    {
        double lowest = 0, spread = 0;
        for (int i = 0; i < _seen.Length; i++)
        {
            long more = buckets[i] - _seen[i];
            lowest += more * Low(i);
            spread += more * (High(i) - Low(i));
        }

        // Every duration lies between the ends of its bucket, so the sum lies between the sums of the ends; never at the low end, which is outside.
        double fraction = spread > 0 ? Math.Clamp((seconds - _seenSeconds - lowest) / spread, 0.001, 1) : 1;
        for (int i = 0; i < _seen.Length; i++)
        {
            long more = buckets[i] - _seen[i];
            if (more > 0)
            {
                _histogram.Observe(Low(i) + (fraction * (High(i) - Low(i))), more);
                _seen[i] = buckets[i];
            }
        }

        _seenSeconds = seconds;
    }

    double Low(int bucket) => bucket == 0 ? 0 : _bounds[bucket - 1];

    // The last bucket has no end; a text that takes ten times as long as the last bound is not expected.
    double High(int bucket) => bucket < _bounds.Length ? _bounds[bucket] : _bounds[^1] * 10;
}
