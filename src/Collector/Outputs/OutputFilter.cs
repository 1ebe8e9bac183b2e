using System.Buffers;
using Classifier;
using Collector.Configuration;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs;

/// <summary>Which records an output is given: all of the conditions that are written must hold. Muted ones go only where every record goes.</summary>
sealed partial record OutputFilter
{
    const uint AllCategories = uint.MaxValue;

    // Bit n set: category n is wanted.
    uint _categories = AllCategories;

    // Null: not a condition.
    ConditionSet<ulong>? _templates;
    ConditionSet<ushort>? _rules;
    NameList? _apps;
    NameList? _hosts;

    /// <summary>Every record.</summary>
    public static OutputFilter All { get; } = new();

    /// <summary>Records of this severity and above.</summary>
    public Severity SeverityMin { get; private init; } = Severity.Debug;

    public bool TakesAll => SeverityMin == Severity.Debug && _categories == AllCategories && !HasNarrow;

    bool HasNarrow => _templates is not null || _rules is not null || _apps is not null || _hosts is not null;

    public static OutputFilter AtLeast(Severity severity) => new() { SeverityMin = severity };

    /// <summary>Whether a record is wanted. Cheap conditions first: most records fail on the severity.</summary>
    public bool Takes(ClassifiedBatch batch, int index)
    {
        ref readonly Verdict verdict = ref batch.Verdicts[index];
        return verdict.Severity >= SeverityMin && (_categories >> (int)verdict.Category & 1) != 0 && (!verdict.IsMuted || TakesAll)
            && (!HasNarrow || TakesNarrow(batch, index, verdict));
    }

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
            // Most fail here, without a call.
            if (verdicts[i].Severity >= SeverityMin && Takes(batch, i))
            {
                indices ??= ArrayPool<int>.Shared.Rent(batch.Count);
                indices[count++] = i;
            }
        }

        isRented = indices is not null;
        return count;
    }

    bool TakesNarrow(ClassifiedBatch batch, int index, in Verdict verdict)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        return (_templates is null || _templates.Contains(verdict.TemplateId))
            && (_rules is null || _rules.Contains(verdict.Rule))
            && (_apps is null || _apps.Takes(batch[record.AppName]))
            && (_hosts is null || _hosts.Takes(batch[record.Hostname]));
    }
}
