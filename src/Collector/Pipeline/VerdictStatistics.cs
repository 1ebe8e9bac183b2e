using System.Runtime.CompilerServices;
using Classifier;

namespace Collector.Pipeline;

/// <summary>Counts of verdicts for the metrics page: totals, and how many of each severity in the last minute.</summary>
/// <remarks>A worker counts a batch in a <see cref="Tally"/> of its own and adds it once; read when scraped. Safe on any thread.</remarks>
sealed class VerdictStatistics(TimeProvider time)
{
    /// <summary>Buckets of the model's confidence, each a tenth wide.</summary>
    public const int ConfidenceBuckets = 10;

    const int WindowSeconds = 60;

    static readonly int SeverityCount = LabelNames.Severities.Count;
    static readonly int CategoryCount = LabelNames.Categories.Count;

    readonly Lock _lock = new();
    readonly Tally _total = new();
    readonly long[] _secondOfSlot = new long[WindowSeconds];
    readonly long[] _window = new long[WindowSeconds * LabelNames.Severities.Count];

    /// <summary>Adds a batch's counts and clears the tally.</summary>
    public void Add(Tally tally)
    {
        long second = Second();
        int slot = (int)(second % WindowSeconds);
        lock (_lock)
        {
            Span<long> counts = _window.AsSpan(slot * SeverityCount, SeverityCount);
            if (_secondOfSlot[slot] != second)
            {
                _secondOfSlot[slot] = second;
                counts.Clear();
            }

            for (int i = 0; i < SeverityCount; i++)
            {
                counts[i] += tally.Severities[i] - tally.Muted[i];
            }

            _total.Add(tally);
        }

        tally.Clear();
    }

    /// <summary>A copy of the totals since the start.</summary>
    public Tally Snapshot()
    {
        Tally copy = new();
        lock (_lock)
        {
            copy.Add(_total);
        }

        return copy;
    }

    /// <summary>Records of each severity in the last 60 seconds, the current one included; without the muted ones, since people are alerted on this.</summary>
    public long[] LastMinute()
    {
        long second = Second();
        long[] sums = new long[SeverityCount];
        lock (_lock)
        {
            for (int slot = 0; slot < WindowSeconds; slot++)
            {
                if (second - _secondOfSlot[slot] < WindowSeconds)
                {
                    for (int i = 0; i < SeverityCount; i++)
                    {
                        sums[i] += _window[(slot * SeverityCount) + i];
                    }
                }
            }
        }

        return sums;
    }

    // Monotonic: a step of the wall clock must not clear or freeze the window. Never 0, which marks an unused slot.
    long Second() => (time.GetTimestamp() / time.TimestampFrequency) + WindowSeconds;

    /// <summary>Plain counters, one owner at a time.</summary>
    internal sealed class Tally
    {
        public long[] Severities { get; } = new long[SeverityCount];

        /// <summary>Of <see cref="Severities"/>, those that a rule has muted.</summary>
        public long[] Muted { get; } = new long[SeverityCount];

        /// <summary>Of critical records only.</summary>
        public long[] CriticalCategories { get; } = new long[CategoryCount];

        public long[] Sources { get; } = new long[LabelNames.Sources.Count];

        /// <summary>Declared and predicted severity, where both are known, alike or not: [declared * severities + predicted].</summary>
        public long[] Comparisons { get; } = new long[SeverityCount * SeverityCount];

        /// <summary>What the model said, before rules and policy: [severity * categories + category].</summary>
        public long[] Predictions { get; } = new long[SeverityCount * CategoryCount];

        /// <summary>How sure the model was of them: bucket i holds what is above i/10 and at most (i+1)/10, the first one 0 too.</summary>
        public long[] Confidences { get; } = new long[ConfidenceBuckets];

        /// <summary>Sum of the confidences.</summary>
        public double ConfidenceSum { get; private set; }

        /// <summary>Hot: a verdict of the model.</summary>
        /// <param name="verdict">Before rules and policy.</param>
        /// <param name="declared">OTel SeverityNumber of the sender; 0 when it declared none.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void NotePrediction(in Verdict verdict, byte declared)
        {
            if (declared != 0)
            {
                // Not only where they differ: asking costs more than counting.
                Comparisons[((int)DeclaredSeverity.From(declared) * SeverityCount) + (int)verdict.Severity]++;
            }

            Predictions[((int)verdict.Severity * CategoryCount) + (int)verdict.Category]++;
            Confidences[Math.Clamp((int)MathF.Ceiling(verdict.Confidence * ConfidenceBuckets) - 1, 0, ConfidenceBuckets - 1)]++;
            ConfidenceSum += verdict.Confidence;
        }

        public void Add(Tally other)
        {
            AddAll(Severities, other.Severities);
            AddAll(Muted, other.Muted);
            AddAll(CriticalCategories, other.CriticalCategories);
            AddAll(Sources, other.Sources);
            AddAll(Comparisons, other.Comparisons);
            AddAll(Predictions, other.Predictions);
            AddAll(Confidences, other.Confidences);
            ConfidenceSum += other.ConfidenceSum;
        }

        public void Clear()
        {
            Array.Clear(Severities);
            Array.Clear(Muted);
            Array.Clear(CriticalCategories);
            Array.Clear(Sources);
            Array.Clear(Comparisons);
            Array.Clear(Predictions);
            Array.Clear(Confidences);
            ConfidenceSum = 0;
        }

        static void AddAll(long[] sums, long[] more)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += more[i];
            }
        }
    }
}
