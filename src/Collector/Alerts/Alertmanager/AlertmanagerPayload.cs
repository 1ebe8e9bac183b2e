using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Classifier;

namespace Collector.Alerts.Alertmanager;

/// <summary>A notice as the body of <c>POST /api/v2/alerts</c>.</summary>
/// <remarks>Labels are the identity, so only what stays the same for a template on a host is a label; the rest are annotations.</remarks>
sealed class AlertmanagerPayload(AlertOptions options)
{
    const string AlertName = "CollectorLogRecord";

    // Three missed reminders. Without it a stopped collector would leave the alert to Alertmanager's own resolve_timeout.
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public void Write(IBufferWriter<byte> to, AlertNotice notice)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartArray();
        foreach (Alert alert in notice.Alerts)
        {
            WriteAlert(json, alert, notice);
        }

        if (notice.Kind == AlertNoticeKind.Test)
        {
            WriteTest(json, notice);
        }

        json.WriteEndArray();
    }

    void WriteAlert(Utf8JsonWriter json, Alert alert, AlertNotice notice)
    {
        json.WriteStartObject();
        json.WriteStartObject("labels");
        json.WriteString("alertname", AlertName);
        json.WriteString("severity", alert.Severity.Name());
        json.WriteString("category", alert.Category.Name());
        WriteUnlessEmpty(json, "host", alert.Host);
        WriteUnlessEmpty(json, "app", alert.App);
        json.WriteString("template", alert.Template);
        json.WriteEndObject();
        json.WriteStartObject("annotations");
        json.WriteString("summary", AlertText.Cut($"{AlertText.Origin(alert)}: {alert.Line}", 300));
        json.WriteString("description", alert.Line);
        json.WriteString("judgement", AlertText.Judgement(alert));
        json.WriteString("frequency", AlertText.Frequency(alert));
        WriteUnlessEmpty(json, "words", AlertText.Words(alert));
        WriteUnlessEmpty(json, "before", AlertText.Before(alert));
        json.WriteString("count", alert.Count.ToString(CultureInfo.InvariantCulture));
        json.WriteString("mute", AlertText.MuteRule(alert));
        json.WriteEndObject();
        json.WriteString("startsAt", AlertText.Time(alert.FirstSeen));
        // Resolved is an end that is not in the future.
        json.WriteString("endsAt", AlertText.Time(notice.Kind == AlertNoticeKind.Recovered ? notice.Time : notice.Time + Lifetime));
        if (options.LinkTo(alert) is { } link)
        {
            json.WriteString("generatorURL", link);
        }

        json.WriteEndObject();
    }

    static void WriteTest(Utf8JsonWriter json, AlertNotice notice)
    {
        json.WriteStartObject();
        json.WriteStartObject("labels");
        json.WriteString("alertname", "CollectorTest");
        json.WriteString("severity", "info");
        json.WriteEndObject();
        json.WriteStartObject("annotations");
        json.WriteString("summary", AlertText.Title(notice));
        json.WriteEndObject();
        json.WriteString("startsAt", AlertText.Time(notice.Time));
        json.WriteString("endsAt", AlertText.Time(notice.Time + TimeSpan.FromMinutes(1)));
        json.WriteEndObject();
    }

    static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }
}
