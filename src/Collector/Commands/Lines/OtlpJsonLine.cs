using System.Text.Json;
using Receivers;

namespace Collector.Commands.Lines;

/// <summary>Records of an OTLP request in JSON, as the file exporter of OpenTelemetry writes them, a request a line.</summary>
static class OtlpJsonLine
{
    public static void Parse(JsonTexts texts, JsonElement resourceLogs)
    {
        foreach (JsonElement resource in Items(resourceLogs))
        {
            Slice app = resource.TryGetProperty("resource", out JsonElement description) ? ServiceName(texts, description) : default;
            foreach (JsonElement scope in Items(resource, "scopeLogs"))
            {
                foreach (JsonElement record in Items(scope, "logRecords"))
                {
                    Slice body = record.TryGetProperty("body", out JsonElement value) ? AnyValue(texts, value) : default;
                    byte severity = record.TryGetProperty("severityNumber", out JsonElement number) && number.ValueKind is JsonValueKind.Number
                        && number.TryGetByte(out byte declared) && declared <= 24 ? declared : (byte)0;
                    texts.Add(app, body, severity);
                }
            }
        }
    }

    static Slice ServiceName(JsonTexts texts, JsonElement resource)
    {
        foreach (JsonElement attribute in Items(resource, "attributes"))
        {
            if (attribute.TryGetProperty("key", out JsonElement key) && key.ValueKind is JsonValueKind.String && key.ValueEquals("service.name"u8)
                && attribute.TryGetProperty("value", out JsonElement value))
            {
                return AnyValue(texts, value);
            }
        }

        return default;
    }

    /// <summary>The one field of an <c>AnyValue</c>: its text when it has one, else its JSON.</summary>
    static Slice AnyValue(JsonTexts texts, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (JsonProperty field in value.EnumerateObject())
            {
                return texts.Write(field.Value);
            }
        }

        return default;
    }

    static JsonElement.ArrayEnumerator Items(JsonElement owner, string property) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(property, out JsonElement array) ? Items(array) : default;

    static JsonElement.ArrayEnumerator Items(JsonElement array) => array.ValueKind is JsonValueKind.Array ? array.EnumerateArray() : default;
}
