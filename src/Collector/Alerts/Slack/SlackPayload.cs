using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Classifier;

namespace Collector.Alerts.Slack;

/// <summary>A notice as Slack blocks. Text from records can neither mention anybody nor link nor leave its code block.</summary>
/// <remarks>Source: Slack's "Formatting text for app surfaces": <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> are escaped, and <c>verbatim</c> leaves names and addresses alone.</remarks>
sealed class SlackPayload(AlertOptions options)
{
    // Slack takes 3,000 characters in a section; escaping makes five of one.
    const int LineLengthMax = 250;
    const int OriginLengthMax = 100;
    const int WordsLengthMax = 120;
    const int BeforeLengthMax = 100;

    public void Write(IBufferWriter<byte> to, AlertNotice notice)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartObject();
        // What a lock screen and a screen reader get.
        json.WriteString("text", Escape(AlertText.Title(notice)));
        json.WriteStartArray("blocks");
        WriteHeader(json, AlertText.Title(notice));
        foreach (Alert alert in notice.Alerts)
        {
            WriteSection(json, Section(alert));
            // In a storm there is no room for them.
            if (notice.Alerts.Count == 1 && alert.Before.Count > 0)
            {
                WriteSection(json, $"Before it:\n```{string.Join('\n', alert.Before.Select(l => Escape(AlertText.Cut(l, BeforeLengthMax))))}```");
            }
        }

        WriteContext(json, Footer(notice));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Text that Slack shows as it is.</summary>
    public static string Escape(string text) => new StringBuilder(text)
        .Replace("&", "&amp;")
        .Replace("<", "&lt;")
        .Replace(">", "&gt;")
        // Without it a text could close its code block, or start one.
        .Replace('`', '\u02CB')
        .ToString();

    string Section(Alert alert)
    {
        string line = Escape(AlertText.Cut(alert.Line, LineLengthMax));
        string link = options.LinkTo(alert) is { } address ? $"\n<{Escape(address).Replace("|", "%7C", StringComparison.Ordinal)}|Records>" : "";
        string words = AlertText.Words(alert) is { Length: > 0 } weighed ? $" · words: `{Escape(AlertText.Cut(weighed, WordsLengthMax))}`" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"*{alert.Severity.Name()} · {alert.Category.Name()}* · `{Escape(AlertText.Cut(AlertText.Origin(alert), OriginLengthMax))}`\n```{(line.Length == 0 ? " " : line)}```\n{AlertText.Judgement(alert)}{words} · {AlertText.Frequency(alert)}{link}");
    }

    static string Footer(AlertNotice notice)
    {
        StringBuilder text = new();
        if (AlertText.Suppressed(notice) is { Length: > 0 } suppressed)
        {
            text.Append(suppressed);
        }

        if (notice.Alerts.Count > 0)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append("To mute: `").Append(AlertText.MuteRule(notice.Alerts[0])).Append('`');
        }

        return text.Length == 0 ? AlertText.Time(notice.Time) : text.ToString();
    }

    static void WriteHeader(Utf8JsonWriter json, string title)
    {
        json.WriteStartObject();
        json.WriteString("type", "header");
        json.WriteStartObject("text");
        json.WriteString("type", "plain_text");
        json.WriteString("text", title);
        json.WriteBoolean("emoji", false);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteSection(Utf8JsonWriter json, string markdown)
    {
        json.WriteStartObject();
        json.WriteString("type", "section");
        json.WritePropertyName("text");
        WriteMarkdown(json, markdown);
        json.WriteEndObject();
    }

    static void WriteContext(Utf8JsonWriter json, string markdown)
    {
        json.WriteStartObject();
        json.WriteString("type", "context");
        json.WriteStartArray("elements");
        WriteMarkdown(json, markdown);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteMarkdown(Utf8JsonWriter json, string markdown)
    {
        json.WriteStartObject();
        json.WriteString("type", "mrkdwn");
        json.WriteString("text", markdown);
        json.WriteBoolean("verbatim", true);
        json.WriteEndObject();
    }
}
