using Collector.Outputs.DeadLetters;

namespace Collector.Outputs;

// What is refused for good.
sealed partial class OutputQueue
{
    /// <summary>Keeps it; null when nobody does.</summary>
    public DeadLetterBox? DeadLetters { get; init; }

    /// <summary>Before the entry is narrowed or closed.</summary>
    /// <param name="entry">Holds the records.</param>
    /// <param name="lost">How many.</param>
    /// <param name="outcome">Says why.</param>
    /// <param name="records">Which. Fewer than are lost where the far side did not say: a guess would fill the file with records that were delivered.</param>
    void Bury(QueueEntry entry, int lost, SendOutcome outcome, ReadOnlySpan<int> records)
    {
        if (DeadLetters is null)
        {
            return;
        }

        if (records.Length > 0)
        {
            DeadLetters.Add(Statistics, entry.Batch, records, outcome.Reason, outcome.Detail);
        }

        Statistics.AddLostDeadLetters(Math.Max(0, lost - records.Length));
    }
}
