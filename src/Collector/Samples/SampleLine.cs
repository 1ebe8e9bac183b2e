using System.Globalization;
using System.Text;
using System.Text.Json;
using Classifier;
using Classifier.Normalizing;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Samples;

/// <summary>One line of the sample file: what came, what the model read, what it said, and two empty fields for a person's word.</summary>
static class SampleLine
{
    /// <param name="batch">Holds the record.</param>
    /// <param name="record">Any bytes; text that is not UTF-8 shows as U+FFFD, and as much of it is written as the model looks at.</param>
    /// <param name="verdict">The model's, before rules.</param>
    public static byte[] Write(ClassifiedBatch batch, in LogRecord record, in Verdict verdict)
    {
        ReadOnlySpan<byte> app = batch[record.AppName];
        ReadOnlySpan<byte> body = batch[record.Body];
        Span<byte> text = stackalloc byte[Normalizer.TextBytesMax];
        text = text[..Normalizer.Normalize(app, body, text)];
        using PayloadBuffer line = new(1024);
        Ascii(line, $"{{\"template\":\"{verdict.TemplateId:x16}\",\"app\":");
        JsonText.Write(line, app[..Math.Min(app.Length, Normalizer.AppBytesMax)]);
        line.Write(",\"body\":"u8);
        JsonText.Write(line, body[..Math.Min(body.Length, Normalizer.BodyBytesMax)]);
        line.Write(",\"text\":"u8);
        JsonText.Write(line, text);
        Ascii(line, $",\"declared\":{record.SeverityNumber},\"severity\":\"{verdict.Severity.Name()}\",\"category\":\"{verdict.Category.Name()}\"");
        Ascii(line, string.Create(CultureInfo.InvariantCulture, $",\"confidence\":{verdict.Confidence:0.0000},\"critical_probability\":{verdict.CriticalProbability:0.0000},\"model\":"));
        JsonText.Write(line, Encoding.UTF8.GetBytes(batch.Model));
        line.Write(",\"label\":\"\",\"label_category\":\"\"}\n"u8);
        return line.Span.ToArray();
    }

    /// <summary>The template that a line is about.</summary>
    /// <returns>False for a line that a crash cut short or that somebody has spoilt.</returns>
    public static bool TryReadTemplate(ReadOnlySpan<byte> line, out ulong template)
    {
        template = 0;
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("template", out JsonElement id)
                && id.ValueKind == JsonValueKind.String
                && ulong.TryParse(id.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out template);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static void Ascii(PayloadBuffer to, string text) => to.Write(Encoding.ASCII.GetBytes(text));
}
