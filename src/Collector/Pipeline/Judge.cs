using Classifier;
using Collector.Configuration;
using Receivers;

namespace Collector.Pipeline;

/// <summary>Turns the model's answers, the senders' own levels and the operator's rules into final verdicts, and counts them. Hot: once a record.</summary>
/// <remarks>After the cache, so that a changed policy or rule takes effect at once. One instance a worker: it keeps a tally.</remarks>
sealed class Judge(Lawbook lawbook, VerdictStatistics statistics)
{
    readonly VerdictStatistics.Tally _tally = new();

    /// <summary>Finishes the verdicts of a batch in place.</summary>
    public void Finish(ClassifiedBatch batch)
    {
        Span<Verdict> verdicts = batch.Verdicts;
        Span<LogRecord> records = batch.Records;
        // Once a batch: a reload takes effect between two.
        Law law = lawbook.Current;
        RuleSet rules = law.Rules;
        for (int i = 0; i < verdicts.Length; i++)
        {
            ref Verdict verdict = ref verdicts[i];
            byte declared = records[i].SeverityNumber;
            if (verdict.Source == VerdictSource.Model)
            {
                // Before rules and policy: this is about the model.
                _tally.NotePrediction(verdict, declared);
                law.Samples?.Look(batch, records[i], verdict);
            }

            if (law.Policy != SeverityPolicy.Model)
            {
                law.Policy.Apply(declared, ref verdict);
            }

            if (!rules.IsEmpty)
            {
                ApplyRules(rules, batch, records[i], ref verdict);
            }

            _tally.Severities[(int)verdict.Severity]++;
            _tally.Sources[(int)verdict.Source]++;
            if (verdict.Severity == Severity.Critical)
            {
                _tally.CriticalCategories[(int)verdict.Category]++;
            }
        }

        statistics.Add(_tally);
    }

    void ApplyRules(RuleSet rules, ClassifiedBatch batch, in LogRecord record, ref Verdict verdict)
    {
        rules.Apply(batch[record.AppName], batch[record.Hostname], batch[record.Body], batch[record.StructuredData], ref verdict, out bool isMuted);
        if (isMuted)
        {
            verdict.IsMuted = true;
            _tally.Muted[(int)verdict.Severity]++;
        }
    }
}
