using Classifier;
using Collector.Commands.Lines;
using Collector.Configuration;
using Receivers;

namespace Collector.Commands;

/// <summary>The verdict that <c>collector run</c> would give, for tools: model, then policy, then rules. Safe on any thread.</summary>
sealed class VerdictMaker(LogClassifier classifier, LineParser parser, CollectorOptions options)
{
    readonly RuleSet _rules = new(options.Rules);

    public Verdict Judge(RecordBatch batch, in LogRecord record)
    {
        ReadOnlySpan<byte> app = parser.AppOf(batch, record);
        ReadOnlySpan<byte> body = batch[record.Body];
        Verdict verdict = classifier.ClassifyNow(app, body, record.SeverityNumber);
        options.Classifier.Policy.Apply(record.SeverityNumber, ref verdict);
        _rules.Apply(app, batch[record.Hostname], body, batch[record.StructuredData], ref verdict, out _);
        return verdict;
    }
}
