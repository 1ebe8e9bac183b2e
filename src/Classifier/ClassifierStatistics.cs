namespace Classifier;

/// <summary>Counts since the start of the process, and sizes as they are now.</summary>
public sealed record ClassifierStatistics
{
    /// <summary>Verdicts of the model, remembered ones included.</summary>
    public long ModelVerdicts { get; init; }

    /// <summary>Verdicts taken from the declared severity because the model could not answer in time, failed or is not loaded.</summary>
    public long FallbackVerdicts { get; init; }

    public long CacheHits { get; init; }

    public long CacheMisses { get; init; }

    public long CacheEvictions { get; init; }

    /// <summary>Templates whose answer is remembered.</summary>
    public int Templates { get; init; }

    /// <summary>Memory of the cache.</summary>
    public long CacheBytes { get; init; }

    /// <summary>New texts queued or being run.</summary>
    public int PendingTemplates { get; init; }

    /// <summary>Texts that were new and were not queued, since the queue was full or long.</summary>
    public long TurnedAwayTexts { get; init; }

    /// <summary>Runs that threw or gave no numbers.</summary>
    public long InferenceFailures { get; init; }

    /// <summary>Time in the model, in all.</summary>
    public double InferenceSeconds { get; init; }

    /// <summary>Upper bounds of the duration histogram, in seconds; the last bucket, beyond them, has none.</summary>
    public IReadOnlyList<double> InferenceBucketBounds { get; init; } = [];

    /// <summary>Runs in each bucket, not cumulative; one more than there are bounds.</summary>
    public IReadOnlyList<long> InferenceBuckets { get; init; } = [];

    /// <summary>Runs of the model.</summary>
    public long Inferences => InferenceBuckets.Sum();
}
