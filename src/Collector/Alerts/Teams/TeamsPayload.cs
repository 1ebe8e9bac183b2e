using System.Buffers;
using System.Text.Json;
using Classifier;

namespace Collector.Alerts.Teams;

/// <summary>A notice as an adaptive card. Texts from records are text runs, which know no Markdown: they can neither link nor mention anybody.</summary>
/// <remarks>Source: Adaptive Cards 1.4, <c>RichTextBlock</c>.</remarks>
sealed class TeamsPayload(AlertOptions options)
{
    const int LineLengthMax = 500;

    public void Write(IBufferWriter<byte> to, AlertNotice notice)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.4");
        // What a lock screen shows.
        json.WriteString("fallbackText", AlertText.Title(notice));
        json.WriteStartArray("body");
        WriteText(json, AlertText.Title(notice), weight: "Bolder");
        foreach (Alert alert in notice.Alerts)
        {
            WriteText(json, $"{alert.Severity.Name()} · {alert.Category.Name()} · {AlertText.Cut(AlertText.Origin(alert), 200)}");
            WriteText(json, AlertText.Cut(alert.Line, LineLengthMax), font: "Monospace");
            WriteText(json, $"{AlertText.Judgement(alert)} · {AlertText.Frequency(alert)}");
            if (AlertText.Words(alert) is { Length: > 0 } words)
            {
                WriteText(json, "words: " + words);
            }

            if (notice.Alerts.Count == 1)
            {
                foreach (string line in alert.Before)
                {
                    WriteText(json, "before: " + line, font: "Monospace");
                }
            }
        }

        if (AlertText.Suppressed(notice) is { Length: > 0 } suppressed)
        {
            WriteText(json, suppressed);
        }

        if (notice.Alerts.Count > 0)
        {
            WriteText(json, "To mute: " + AlertText.MuteRule(notice.Alerts[0]));
        }

        json.WriteEndArray();
        WriteLink(json, notice);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteText(Utf8JsonWriter json, string text, string? weight = null, string? font = null)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        json.WriteStartArray("inlines");
        json.WriteStartObject();
        json.WriteString("type", "TextRun");
        json.WriteString("text", text.Length == 0 ? " " : text);
        if (weight is not null)
        {
            json.WriteString("weight", weight);
        }

        if (font is not null)
        {
            json.WriteString("fontType", font);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    void WriteLink(Utf8JsonWriter json, AlertNotice notice)
    {
        if (notice.Alerts.Count == 0 || options.LinkTo(notice.Alerts[0]) is not { } link)
        {
            return;
        }

        json.WriteStartArray("actions");
        json.WriteStartObject();
        json.WriteString("type", "Action.OpenUrl");
        json.WriteString("title", "Records");
        json.WriteString("url", link);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
