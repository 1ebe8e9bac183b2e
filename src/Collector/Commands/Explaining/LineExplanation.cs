using System.Globalization;
using System.Text;
using Classifier;
using Collector.Commands.Lines;
using Collector.Configuration;
using Receivers;

namespace Collector.Commands.Explaining;

/// <summary>Every step of a line's way to its verdict.</summary>
sealed record LineExplanation
{
    public required LineFormat Format { get; init; }

    public required byte[] App { get; init; }

    public required byte[] Host { get; init; }

    public required byte[] Body { get; init; }

    /// <summary>OTel SeverityNumber 1 to 24 that the sender declared; 0 when it did not.</summary>
    public required byte DeclaredSeverity { get; init; }

    /// <summary>What the parser had to forgive, as in records.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary>What the model did; its verdict is the one before policy and rules.</summary>
    public required Explanation Model { get; init; }

    public required SeverityPolicy Policy { get; init; }

    /// <summary>Rules in the configuration.</summary>
    public required int RuleCount { get; init; }

    /// <summary>Index of the rule that matched; -1 when none did.</summary>
    public required int Rule { get; init; }

    /// <summary>After policy and rules.</summary>
    public required Verdict Verdict { get; init; }

    public required bool WouldAlert { get; init; }

    /// <summary>Why it alerts or not, one sentence without a full stop.</summary>
    public required string Reason { get; init; }

    /// <summary>Further records in the line (OTLP).</summary>
    public required int RecordsLeftOut { get; init; }

    public static LineExplanation Make(byte[] line, string app, LogClassifier classifier, CollectorOptions options)
    {
        RecordBatch batch = new RecordBatchPool().Rent(line.Length);
        line.CopyTo(batch.Buffer, 0);
        batch.BytesUsed = line.Length;
        LineParser parser = new(app);
        LineFormat format = parser.Parse(batch, new Slice(0, line.Length));
        if (batch.Count == 0)
        {
            // An OTLP request without records.
            batch.Add();
        }

        LogRecord record = batch.Records[0];
        ReadOnlySpan<byte> appName = parser.AppOf(batch, record);
        Explanation model = classifier.Explain(appName, batch[record.Body], record.SeverityNumber);
        Verdict verdict = model.Verdict;
        options.Classifier.Policy.Apply(record.SeverityNumber, ref verdict);
        int rule = new RuleSet(options.Rules).Apply(appName, batch[record.Hostname], batch[record.Body], batch[record.StructuredData], ref verdict, out bool mute);
        return new LineExplanation
        {
            Format = format,
            App = appName.ToArray(),
            Host = batch[record.Hostname].ToArray(),
            Body = batch[record.Body].ToArray(),
            DeclaredSeverity = record.SeverityNumber,
            Marks = [.. Enumerable.Range(0, ParseMarkNames.All.Count).Where(bit => ((uint)record.Marks >> bit & 1) != 0).Select(bit => ParseMarkNames.All[bit])],
            Model = model,
            Policy = options.Classifier.Policy,
            RuleCount = options.Rules.Count,
            Rule = rule,
            Verdict = verdict,
            WouldAlert = verdict.Severity == Severity.Critical && !mute,
            Reason = Why(model, verdict, rule, mute),
            RecordsLeftOut = batch.Count - 1,
        };
    }

    static string Why(Explanation model, in Verdict verdict, int rule, bool mute)
    {
        StringBuilder why = new();
        switch (verdict.Source)
        {
            case VerdictSource.Rule:
                why.Append(CultureInfo.InvariantCulture, $"rules[{rule}] makes it {verdict.Severity.Name()}");
                break;
            case VerdictSource.Declared:
                why.Append(CultureInfo.InvariantCulture, $"the policy takes the sender's own severity, which is {verdict.Severity.Name()}");
                break;
            case VerdictSource.Fallback:
                why.Append(CultureInfo.InvariantCulture, $"no model is loaded, and the sender's own severity means {verdict.Severity.Name()}");
                break;
            default:
                why.Append(CultureInfo.InvariantCulture, $"the model says {verdict.Severity.Name()}: its probability of critical is {verdict.CriticalProbability:0.00}, ")
                    .Append(verdict.Severity == Severity.Critical ? "at or above" : "below")
                    .Append(CultureInfo.InvariantCulture, $" the threshold of {model.CriticalThreshold:0.00}");
                break;
        }

        return why.Append(mute ? $"; rules[{rule}] mutes it" : verdict.Severity == Severity.Critical ? "; critical records alert" : "; only critical records alert").ToString();
    }
}
