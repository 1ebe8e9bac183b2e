using System.Text;
using Classifier;
using Receivers;

namespace Collector.Outputs.Formats;

// What is the same for many records, encoded once.
sealed partial class RecordJson
{
    static readonly byte[][] SyslogSeverities = SeverityTable(isSyslog: true);
    static readonly byte[][] OtelSeverities = SeverityTable(isSyslog: false);
    static readonly byte[][] OtelSeverityNumbers = Table(25, n => n == 0 ? "" : $",\"severity_number\":{n}");
    static readonly byte[][] FacilityMembers = Table(24, n => $",\"facility\":\"{Facilities.Name(n)}\"");
    static readonly byte[][] VerdictStarts = Table(LabelNames.Severities.Count, n => $",\"verdict\":{{\"severity\":\"{LabelNames.Severities[n]}\"");
    static readonly byte[][] CategoryMembers = Table(LabelNames.Categories.Count, n => $",\"category\":\"{LabelNames.Categories[n]}\"");
    static readonly byte[][] SourceMembers = Table(LabelNames.Sources.Count, n => $",\"source\":\"{LabelNames.Sources[n]}\"");
    static readonly byte[][] MarkNames = Table(ParseMarkNames.All.Count, n => $",\"{ParseMarkNames.All[n]}\"");

    static byte[][] SeverityTable(bool isSyslog) => Table(25, n =>
    {
        string text = SeverityNumbers.Text(n, isSyslog);
        return n == 0 ? "" : $",\"severity_number\":{n}" + (text.Length == 0 ? "" : $",\"severity_text\":\"{text}\"");
    });

    static byte[][] Table(int count, Func<int, string> text) => [.. Enumerable.Range(0, count).Select(n => Encoding.UTF8.GetBytes(text(n)))];
}
