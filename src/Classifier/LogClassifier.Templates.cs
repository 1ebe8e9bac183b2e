using System.Text;
using Classifier.Caching;

namespace Classifier;

public sealed partial class LogClassifier
{
    /// <summary>The templates with the most records, most first. Cold: looks at all of them, some 100 ms for a million.</summary>
    /// <param name="countMax">Templates at most, 1 or more.</param>
    public IReadOnlyList<TemplateSummary> Templates(int countMax)
    {
        if (Volatile.Read(ref _engine) is not { } engine)
        {
            return [];
        }

        // The least of the most is on top, to be pushed out.
        PriorityQueue<(SavedTemplate Saved, Tally All, Example? Example), ulong> most = new();
        foreach (SavedTemplate saved in engine.Cache.Snapshot().SelectMany(piece => piece))
        {
            engine.Examples.TryGet(saved.Key, out Example? example);
            Tally all = saved.Tally.Plus(example?.Misses ?? default);
            if (most.Count < countMax)
            {
                most.Enqueue((saved, all, example), all.Count);
            }
            else
            {
                most.EnqueueDequeue((saved, all, example), all.Count);
            }
        }

        TemplateSummary[] summaries = new TemplateSummary[most.Count];
        for (int i = summaries.Length - 1; i >= 0; i--)
        {
            (SavedTemplate saved, Tally all, Example? example) = most.Dequeue();
            summaries[i] = Summarize(saved, all, example, engine.Threshold);
        }

        return summaries;
    }

    static TemplateSummary Summarize(SavedTemplate saved, Tally all, Example? example, float threshold) => new()
    {
        TemplateId = saved.Key.High,
        Verdict = saved.Answer.ToVerdict(threshold, saved.Key),
        Count = (long)all.Count,
        FirstSeen = example is { } first ? Tally.TimeOf(first.FirstMinutes) : null,
        LastSeen = all.Minutes > 0 ? Tally.TimeOf(all.Minutes) : null,
        Example = example is { } shown ? Encoding.UTF8.GetString(shown.Text) : null,
    };
}
