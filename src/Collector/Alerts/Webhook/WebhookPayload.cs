using System.Buffers;
using System.Text.Json;
using Classifier;
using Collector.Outputs.Formats;

namespace Collector.Alerts.Webhook;

/// <summary>A notice as JSON. The shape is documented in <c>docs/alerts.md</c>; members may be added, none is ever renamed.</summary>
sealed class WebhookPayload(AlertOptions options)
{
    // A recovery names as many as a message is good for; the rest is in the counts.
    const int AlertsMax = 100;

    public void Write(IBufferWriter<byte> to, AlertNotice notice)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("kind", notice.Kind switch
        {
            AlertNoticeKind.Firing => "firing",
            AlertNoticeKind.Storm => "storm",
            AlertNoticeKind.Recovered => "recovered",
            _ => "test",
        });
        json.WriteString("title", AlertText.Title(notice));
        json.WriteString("time", AlertText.Time(notice.Time));
        json.WriteNumber("groups", notice.Groups);
        json.WriteNumber("records", notice.Records);
        json.WriteNumber("suppressed", notice.Suppressed);
        WriteUnlessEmpty(json, "storm", notice.Storm);
        WriteStorms(json, notice.EndedStorms);
        json.WriteStartArray("alerts");
        foreach (Alert alert in notice.Alerts.Take(AlertsMax))
        {
            WriteAlert(json, alert);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    void WriteAlert(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject();
        json.WriteString("id", alert.Id);
        json.WriteString("severity", alert.Severity.Name());
        json.WriteString("category", alert.Category.Name());
        WriteUnlessEmpty(json, "host", alert.Host);
        WriteUnlessEmpty(json, "app", alert.App);
        WriteUnlessEmpty(json, "line", alert.Line);
        if (alert.Confidence > 0)
        {
            Span<byte> confidence = stackalloc byte[ProbabilityText.LengthMax];
            json.WritePropertyName("confidence");
            json.WriteRawValue(confidence[..ProbabilityText.Write(confidence, alert.Confidence)]);
        }

        json.WriteString("source", alert.Source);
        WriteUnlessEmpty(json, "declared", alert.Declared);
        json.WriteString("template", alert.Template);
        WriteWords(json, alert);
        WriteBefore(json, alert);
        json.WriteNumber("last_minute", alert.LastMinute);
        json.WriteNumber("last_hour", alert.LastHour);
        json.WriteNumber("count", alert.Count);
        json.WriteString("first_seen", AlertText.Time(alert.FirstSeen));
        json.WriteString("last_seen", AlertText.Time(alert.LastSeen));
        WriteUnlessEmpty(json, "link", options.LinkTo(alert) ?? "");
        json.WriteString("mute", AlertText.MuteRule(alert));
        json.WriteEndObject();
    }

    static void WriteStorms(Utf8JsonWriter json, IReadOnlyList<string> ended)
    {
        if (ended.Count == 0)
        {
            return;
        }

        json.WriteStartArray("ended_storms");
        foreach (string storm in ended)
        {
            json.WriteStringValue(storm);
        }

        json.WriteEndArray();
    }

    static void WriteWords(Utf8JsonWriter json, Alert alert)
    {
        if (alert.Words.Count == 0)
        {
            return;
        }

        json.WriteStartArray("words");
        foreach (ExplainedWord word in alert.Words)
        {
            json.WriteStartObject();
            json.WriteString("word", word.Word);
            json.WriteNumber("weight", Math.Round((decimal)word.Weight, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void WriteBefore(Utf8JsonWriter json, Alert alert)
    {
        if (alert.Before.Count == 0)
        {
            return;
        }

        json.WriteStartArray("before");
        foreach (string line in alert.Before)
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
    }

    static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }
}
