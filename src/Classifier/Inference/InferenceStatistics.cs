using Classifier.Caching;

namespace Classifier.Inference;

/// <summary>What the classifier counts, over the life of the process: a model that is swapped does not set it back. Safe on any thread.</summary>
sealed class InferenceStatistics
{
    /// <summary>Upper bounds in seconds. A text takes 1 ms (8 tokens) to 12 ms (96) on one core; beyond 50 ms the machine is short of processors.</summary>
    public static readonly double[] BucketBounds = [0.001, 0.002, 0.003, 0.004, 0.006, 0.008, 0.012, 0.016, 0.025, 0.05, 0.1, 0.25, 1];

    readonly ThreadCounters _counters = new();
    readonly long[] _buckets = new long[BucketBounds.Length + 1];
    long _durationTicks;

    public enum Counter
    {
        Hit,
        Miss,
        ModelVerdict,
        FallbackVerdict,
        TurnedAway,
        Failure,
    }

    /// <summary>Runs by duration; one more than there are bounds.</summary>
    public long[] Buckets => [.. _buckets.Select((_, i) => Interlocked.Read(ref _buckets[i]))];

    public TimeSpan Duration => TimeSpan.FromTicks(Interlocked.Read(ref _durationTicks));

    /// <summary>Hot.</summary>
    public void Count(Counter counter, int count = 1) => _counters.Add((int)counter, count);

    public long Sum(Counter counter) => _counters.Sum((int)counter);

    public void Ran(TimeSpan duration)
    {
        int bucket = 0;
        while (bucket < BucketBounds.Length && duration.TotalSeconds > BucketBounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        Interlocked.Add(ref _durationTicks, duration.Ticks);
    }
}
