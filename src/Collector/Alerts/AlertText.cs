using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Alerts;

/// <summary>Texts that all media share: one line each, without controls, subject first.</summary>
static class AlertText
{
    const int TitleLengthMax = 150;

    /// <summary>Text from a record: invalid bytes, controls, line ends and direction marks are written out, so that nothing of it acts anywhere.</summary>
    /// <param name="utf8">Any bytes.</param>
    /// <param name="bytesMax">What lies beyond is cut, at a character.</param>
    public static string Clean(ReadOnlySpan<byte> utf8, int bytesMax)
    {
        bool isCut = utf8.Length > bytesMax;
        if (isCut)
        {
            int cut = bytesMax;
            while (cut > bytesMax - 4 && (utf8[cut] & 0xC0) == 0x80)
            {
                cut--;
            }

            utf8 = utf8[..cut];
        }

        using PayloadBuffer clean = new(utf8.Length * 2);
        SafeText.Write(clean, utf8);
        return Encoding.UTF8.GetString(clean.Span) + (isCut ? " …" : "");
    }

    /// <summary>What a lock screen shows: <c>CRITICAL web1 sshd: Failed password…</c>.</summary>
    public static string Title(AlertNotice notice)
    {
        Alert? first = notice.Alerts.Count > 0 ? notice.Alerts[0] : null;
        string title = notice.Kind switch
        {
            AlertNoticeKind.Storm => string.Create(
                CultureInfo.InvariantCulture, $"STORM: {notice.Records} records of {notice.Groups} kinds{(first is null ? "" : $", most from {Origin(first)}")}"),
            AlertNoticeKind.Recovered when first is null => "Quiet again: the storm is over",
            AlertNoticeKind.Recovered when notice.EndedStorms.Count > 0 => string.Create(CultureInfo.InvariantCulture, $"Quiet again: a storm and {notice.Groups} more"),
            AlertNoticeKind.Recovered when notice.Groups > 1 => string.Create(CultureInfo.InvariantCulture, $"Quiet again: {notice.Groups} alerts"),
            AlertNoticeKind.Recovered => $"Quiet again: {Origin(first!)}: {first!.Line}",
            AlertNoticeKind.Test => "TEST of this channel, nothing happened",
            _ => $"{first!.Severity.Name().ToUpperInvariant()} {Origin(first)}: {first.Line}",
        };
        return Cut(title, TitleLengthMax);
    }

    /// <summary>Host and app, as far as they are known.</summary>
    public static string Origin(Alert alert) => (alert.Host.Length, alert.App.Length) switch
    {
        (0, 0) => "unknown host",
        (_, 0) => alert.Host,
        (0, _) => alert.App,
        _ => $"{alert.Host} {alert.App}",
    };

    /// <summary>Why it is thought to be so, in a few words.</summary>
    public static string Judgement(Alert alert)
    {
        string by = alert.Source switch
        {
            "model" => string.Create(CultureInfo.InvariantCulture, $"the model is {alert.Confidence * 100:0} % sure"),
            "rule" => "by your rule",
            _ => "by the sender's own level",
        };
        return alert.Declared.Length == 0 ? by : $"{by}; the sender says {alert.Declared}";
    }

    /// <summary>How often and since when.</summary>
    public static string Frequency(Alert alert) => alert.Count == 1
        ? $"once, {Time(alert.FirstSeen)}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{alert.LastMinute} in the last minute, {alert.LastHour} in the last hour, {alert.Count} in all, {Time(alert.FirstSeen)} to {Time(alert.LastSeen)}");

    /// <summary>The words that carried the verdict: <c>injection +0.61, sql +0.22</c>; empty when they are not known.</summary>
    public static string Words(Alert alert) =>
        string.Join(", ", alert.Words.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Word} +{w.Weight:0.00}")));

    /// <summary>The lines before the record, one under the other; empty when there are none.</summary>
    public static string Before(Alert alert) => string.Join('\n', alert.Before);

    /// <summary>The rule that mutes this template, ready to paste under <c>rules:</c>.</summary>
    public static string MuteRule(Alert alert) => $"- {{ match: {{ template: {alert.Template} }}, mute: true }}";

    /// <summary>Of the records without a message of their own; empty when there were none.</summary>
    public static string Suppressed(AlertNotice notice) =>
        notice.Suppressed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"suppressed: {notice.Suppressed} since the last message");

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>At most so many UTF-16 units, never half a character.</summary>
    public static string Cut(string text, int lengthMax)
    {
        if (text.Length <= lengthMax)
        {
            return text;
        }

        int cut = lengthMax - 1;
        return text[..(char.IsHighSurrogate(text[cut - 1]) ? cut - 1 : cut)] + "…";
    }
}
