using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Commands.Classifying;

/// <summary>What became of some lines: counts for the summary, and their JSON when it is wanted.</summary>
sealed class ChunkResult
{
    public long[] Severities { get; } = new long[LabelNames.Severities.Count];

    public long[] Categories { get; } = new long[LabelNames.Categories.Count];

    public long[] Sources { get; } = new long[LabelNames.Sources.Count];

    public List<CriticalRecord> Criticals { get; } = [];

    /// <summary>Lines in UTF-8, disposed by who takes the result; null when none are wanted.</summary>
    public PayloadBuffer? Json { get; init; }
}

/// <summary>A critical record, for the list of templates.</summary>
/// <param name="Verdict">Its verdict.</param>
/// <param name="App">App name.</param>
/// <param name="Body">The beginning of its text.</param>
readonly record struct CriticalRecord(Verdict Verdict, string App, string Body);
