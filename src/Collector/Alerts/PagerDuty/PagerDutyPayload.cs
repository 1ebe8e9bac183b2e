using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Classifier;

namespace Collector.Alerts.PagerDuty;

/// <summary>One event of PagerDuty's Events API v2.</summary>
sealed class PagerDutyPayload(string routingKey, AlertOptions options)
{
    // A longer summary is refused by the API.
    const int SummaryLengthMax = 1024;

    /// <summary>Names of the incidents that a notice is about: one event for each.</summary>
    public static IReadOnlyList<string> DedupKeys(AlertNotice notice) => notice.Kind switch
    {
        AlertNoticeKind.Storm => [StormKey(notice.Storm)],
        AlertNoticeKind.Test => ["collector-test"],
        AlertNoticeKind.Recovered => [.. notice.Alerts.Select(AlertKey), .. notice.EndedStorms.Select(StormKey)],
        _ => [AlertKey(notice.Alerts[0])],
    };

    /// <param name="to">Receives the event.</param>
    /// <param name="notice">What it is about.</param>
    /// <param name="dedupKey">One of its keys.</param>
    /// <param name="isEnd">Resolves the incident.</param>
    public void Write(IBufferWriter<byte> to, AlertNotice notice, string dedupKey, bool isEnd)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartObject();
        json.WriteString("routing_key", routingKey);
        json.WriteString("event_action", isEnd ? "resolve" : "trigger");
        json.WriteString("dedup_key", dedupKey);
        if (!isEnd)
        {
            Alert? alert = notice.Alerts.Count > 0 ? notice.Alerts[0] : null;
            json.WriteString("client", "Collector");
            WritePayload(json, notice, alert);
            WriteLink(json, alert);
        }

        json.WriteEndObject();
    }

    static string AlertKey(Alert alert) => "collector-" + alert.Id;

    static string StormKey(string storm) => "collector-storm-" + storm;

    static void WritePayload(Utf8JsonWriter json, AlertNotice notice, Alert? alert)
    {
        json.WriteStartObject("payload");
        json.WriteString("summary", AlertText.Cut(AlertText.Title(notice), SummaryLengthMax));
        json.WriteString("source", alert is { Host.Length: > 0 } ? alert.Host : "collector");
        json.WriteString("severity", alert?.Severity switch { Severity.Critical => "critical", Severity.Error => "error", Severity.Warning => "warning", _ => "info" });
        json.WriteString("timestamp", AlertText.Time(notice.Time));
        if (alert is not null)
        {
            if (alert.App.Length > 0)
            {
                json.WriteString("component", alert.App);
            }

            json.WriteString("class", alert.Category.Name());
            json.WriteStartObject("custom_details");
            json.WriteString("line", alert.Line);
            json.WriteString("judgement", AlertText.Judgement(alert));
            json.WriteString("frequency", AlertText.Frequency(alert));
            WriteUnlessEmpty(json, "words", AlertText.Words(alert));
            WriteUnlessEmpty(json, "before", AlertText.Before(alert));
            json.WriteString("groups", notice.Groups.ToString(CultureInfo.InvariantCulture));
            json.WriteString("suppressed", notice.Suppressed.ToString(CultureInfo.InvariantCulture));
            json.WriteString("mute", AlertText.MuteRule(alert));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    void WriteLink(Utf8JsonWriter json, Alert? alert)
    {
        if (alert is null || options.LinkTo(alert) is not { } link)
        {
            return;
        }

        json.WriteStartArray("links");
        json.WriteStartObject();
        json.WriteString("href", link);
        json.WriteString("text", "Records");
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
