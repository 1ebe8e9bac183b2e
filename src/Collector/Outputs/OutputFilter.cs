using System.Buffers;
using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs;

/// <summary>Which records an output is given: those at or above a severity, of some categories. Muted ones go only where every record goes.</summary>
sealed record OutputFilter
{
    const uint AllCategories = uint.MaxValue;

    static readonly string[] Words = ["all", "critical", "error", "warning", "info", "debug"];

    // Bit n set: category n is wanted.
    uint _categories = AllCategories;

    /// <summary>Every record.</summary>
    public static OutputFilter All { get; } = new();

    /// <summary>Records of this severity and above.</summary>
    public Severity SeverityMin { get; private init; } = Severity.Debug;

    public bool TakesAll => SeverityMin == Severity.Debug && _categories == AllCategories;

    public static OutputFilter AtLeast(Severity severity) => new() { SeverityMin = severity };

    public static OutputFilter Read(OptionsReader options, OutputFilter fallback)
    {
        int word = options.Choice("when", WordOf(fallback.SeverityMin), Words, "Least severe records to send, by the verdict: `error` sends errors and criticals.");
        IReadOnlyList<string> names = options.Texts("categories", [], "Send records of these categories only; empty sends every category.");
        uint categories = 0;
        foreach (string name in names)
        {
            int category = IndexOf(LabelNames.Categories, name);
            if (category < 0)
            {
                options.Mistake("categories", $"'{name}' is no category; use some of {string.Join(", ", LabelNames.Categories)}");
                continue;
            }

            categories |= 1u << category;
        }

        return new OutputFilter { SeverityMin = word == 0 ? Severity.Debug : (Severity)(5 - word), _categories = categories == 0 ? AllCategories : categories };
    }

    public bool Takes(in Verdict verdict) =>
        verdict.Severity >= SeverityMin && (_categories >> (int)verdict.Category & 1) != 0 && (!verdict.IsMuted || TakesAll);

    /// <summary>Indices of the records to send.</summary>
    /// <param name="batch">Complete, with verdicts.</param>
    /// <param name="indices">Ascending; good for the returned count. Null when that is 0.</param>
    /// <param name="isRented">True: <paramref name="indices"/> goes back to the shared pool after use.</param>
    /// <returns>How many.</returns>
    public int Select(ClassifiedBatch batch, out int[]? indices, out bool isRented)
    {
        if (TakesAll)
        {
            indices = Identity.Upto(batch.Count);
            isRented = false;
            return batch.Count;
        }

        indices = null;
        int count = 0;
        ReadOnlySpan<Verdict> verdicts = batch.Verdicts;
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (Takes(verdicts[i]))
            {
                indices ??= ArrayPool<int>.Shared.Rent(verdicts.Length);
                indices[count++] = i;
            }
        }

        isRented = indices is not null;
        return count;
    }

    static int WordOf(Severity severity) => severity == Severity.Debug ? 0 : 5 - (int)severity;

    static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
