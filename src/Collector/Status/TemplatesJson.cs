using System.Buffers;
using System.Text.Json;
using Classifier;

namespace Collector.Status;

/// <summary>The answer of <c>/api/templates</c>, which <c>collector templates</c> and the status page read.</summary>
static class TemplatesJson
{
    /// <summary>Most templates in one answer: 2 MB of examples.</summary>
    public const int LimitMax = 10_000;

    /// <summary>Templates when nobody says how many.</summary>
    public const int LimitDefault = 50;

    /// <summary>Writes <c>{"templates":[...]}</c>. Absent means absent: times and example of a template that gave them up.</summary>
    /// <param name="to">Receives UTF-8.</param>
    /// <param name="templates">Of <see cref="LogClassifier.Templates"/>, in their order.</param>
    public static void Write(IBufferWriter<byte> to, IReadOnlyList<TemplateSummary> templates)
    {
        using Utf8JsonWriter json = new(to);
        json.WriteStartObject();
        json.WriteStartArray("templates");
        foreach (TemplateSummary template in templates)
        {
            Write(json, template);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, TemplateSummary template)
    {
        Verdict verdict = template.Verdict;
        json.WriteStartObject();
        json.WriteString("template", template.TemplateId.ToString("x16", null));
        json.WriteNumber("count", template.Count);
        json.WriteString("severity", verdict.Severity.Name());
        json.WriteString("category", verdict.Category.Name());
        json.WriteNumber("confidence", Math.Round((double)verdict.Confidence, 4));
        json.WriteString("source", verdict.Source.Name());
        WriteTime(json, "first_seen", template.FirstSeen);
        WriteTime(json, "last_seen", template.LastSeen);
        if (template.Example is { } example)
        {
            json.WriteString("example", example);
        }

        json.WriteEndObject();
    }

    static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.UtcDateTime);
        }
    }
}
