using System.Text.Json;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

/// <summary>Writes requests as OTLP/JSON, as an SDK does: hexadecimal ids, numbers for enumerations, 64-bit integers as text.</summary>
static class OtlpJsonSamples
{
    public static byte[] ToJson(ExportLogsServiceRequest request, bool isIndented = false)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = isIndented, MaxDepth = 1_000 }))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceLogs");
            foreach (ResourceLogs group in request.ResourceLogs)
            {
                Write(json, group);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    static void Write(Utf8JsonWriter json, ResourceLogs group)
    {
        json.WriteStartObject();
        // The resource comes last here: the order of members means nothing.
        json.WriteStartArray("scopeLogs");
        foreach (ScopeLogs scope in group.ScopeLogs)
        {
            json.WriteStartObject();
            if (scope.Scope is { } library)
            {
                json.WriteStartObject("scope");
                json.WriteString("name", library.Name);
                json.WriteString("version", library.Version);
                Write(json, "attributes", library.Attributes);
                json.WriteNumber("droppedAttributesCount", library.DroppedAttributesCount);
                json.WriteEndObject();
            }

            json.WriteStartArray("logRecords");
            foreach (ProtoRecord record in scope.LogRecords)
            {
                Write(json, record);
            }

            json.WriteEndArray();
            json.WriteString("schemaUrl", scope.SchemaUrl);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("schemaUrl", group.SchemaUrl);
        if (group.Resource is { } resource)
        {
            json.WriteStartObject("resource");
            Write(json, "attributes", resource.Attributes);
            json.WriteNumber("droppedAttributesCount", resource.DroppedAttributesCount);
            json.WriteStartArray("entityRefs");
            foreach (EntityRef entity in resource.EntityRefs)
            {
                json.WriteStartObject();
                json.WriteString("schemaUrl", entity.SchemaUrl);
                json.WriteString("type", entity.Type);
                Write(json, "idKeys", entity.IdKeys);
                Write(json, "descriptionKeys", entity.DescriptionKeys);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, ProtoRecord record)
    {
        json.WriteStartObject();
        json.WriteString("timeUnixNano", record.TimeUnixNano.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("observedTimeUnixNano", record.ObservedTimeUnixNano.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteNumber("severityNumber", (int)record.SeverityNumber);
        json.WriteString("severityText", record.SeverityText);
        json.WriteString("traceId", Convert.ToHexString(record.TraceId.Span));
        json.WriteString("spanId", Convert.ToHexStringLower(record.SpanId.Span));
        json.WriteNumber("flags", record.Flags);
        json.WriteNumber("droppedAttributesCount", record.DroppedAttributesCount);
        json.WriteString("eventName", record.EventName);
        if (record.Body is { } body)
        {
            json.WritePropertyName("body");
            Write(json, body);
        }

        Write(json, "attributes", record.Attributes);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, string name, IEnumerable<KeyValue> pairs)
    {
        json.WriteStartArray(name);
        foreach (KeyValue pair in pairs)
        {
            json.WriteStartObject();
            json.WriteString("key", pair.Key);
            if (pair.Value is { } value)
            {
                json.WritePropertyName("value");
                Write(json, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, AnyValue value)
    {
        json.WriteStartObject();
        switch (value.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                json.WriteString("stringValue", value.StringValue);
                break;
            case AnyValue.ValueOneofCase.BoolValue:
                json.WriteBoolean("boolValue", value.BoolValue);
                break;
            case AnyValue.ValueOneofCase.IntValue:
                json.WriteString("intValue", value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case AnyValue.ValueOneofCase.DoubleValue:
                json.WriteNumber("doubleValue", value.DoubleValue);
                break;
            case AnyValue.ValueOneofCase.BytesValue:
                json.WriteBase64String("bytesValue", value.BytesValue.Span);
                break;
            case AnyValue.ValueOneofCase.ArrayValue:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                foreach (AnyValue item in value.ArrayValue.Values)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case AnyValue.ValueOneofCase.KvlistValue:
                json.WriteStartObject("kvlistValue");
                Write(json, "values", value.KvlistValue.Values);
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }
}
