using System.Buffers;
using System.Text.Json;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Json;

/// <summary>OTLP/JSON to OTLP/protobuf: the same message in the other encoding, without objects between.</summary>
/// <remarks>
/// The protocol's departures from protobuf's own JSON: ids are hexadecimal, enumerations are numbers, unknown fields are ignored; 64-bit integers come as text
/// or as number. Forgiven beyond that: numbers outside of a field's range are clamped, and a trace or span id that is none becomes one of a
/// wrong length, which the decoder leaves out and marks. Source: OTLP specification, "JSON Protobuf Encoding".
/// </remarks>
ref partial struct OtlpJsonTranscoder
{
    /// <summary>What the result may be longer than the JSON text. Nothing is known to need it: every name and its quotes outweigh a tag and a length.</summary>
    public const int SlackBytes = 64;

    /// <summary>A map within a map is four levels of JSON; above all of them stand a dozen.</summary>
    const int JsonDepthMax = (4 * WireCheck.DepthMax) + 32;

    Utf8JsonReader _json;
    ProtoWriter _out;

    OtlpJsonTranscoder(in ReadOnlySequence<byte> json, Span<byte> destination)
    {
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonDepthMax });
        _out = new ProtoWriter(destination);
    }

    /// <param name="json">An <c>ExportLogsServiceRequest</c> as JSON.</param>
    /// <param name="destination">At least <see cref="SlackBytes"/> longer than the text.</param>
    /// <param name="length">Bytes written.</param>
    /// <returns>Null, or what is wrong, for the sender.</returns>
    public static string? Transcode(in ReadOnlySequence<byte> json, Span<byte> destination, out int length)
    {
        length = 0;
        OtlpJsonTranscoder transcoder = new(in json, destination);
        try
        {
            transcoder._json.Read();
            transcoder.Expect(JsonTokenType.StartObject);
            transcoder.Request();
            // Fails when anything but white space follows.
            transcoder._json.Read();
        }
        catch (JsonException exception)
        {
            return $"The request is not a valid ExportLogsServiceRequest as JSON: {exception.Message}";
        }

        length = transcoder._out.Length;
        return null;
    }

    void Request()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("resourceLogs"u8))
            {
                Messages(Tags.ResourceLogs, Kind.ResourceLogs);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void ResourceLogs()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("scopeLogs"u8))
            {
                Messages(Tags.ResourceLogsFields.ScopeLogs, Kind.ScopeLogs);
            }
            else if (_json.ValueTextEquals("resource"u8))
            {
                Message(Tags.ResourceLogsFields.Resource, Kind.Resource);
            }
            else if (_json.ValueTextEquals("schemaUrl"u8))
            {
                Text(Tags.ResourceLogsFields.SchemaUrl);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void ScopeLogs()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("logRecords"u8))
            {
                Messages(Tags.ScopeLogsFields.LogRecords, Kind.LogRecord);
            }
            else if (_json.ValueTextEquals("scope"u8))
            {
                Message(Tags.ScopeLogsFields.Scope, Kind.Scope);
            }
            else if (_json.ValueTextEquals("schemaUrl"u8))
            {
                Text(Tags.ScopeLogsFields.SchemaUrl);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void LogRecord()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("timeUnixNano"u8))
            {
                Fixed64(Tags.Record.TimeUnixNano);
            }
            else if (_json.ValueTextEquals("observedTimeUnixNano"u8))
            {
                Fixed64(Tags.Record.ObservedTimeUnixNano);
            }
            else if (_json.ValueTextEquals("severityNumber"u8))
            {
                Int32(Tags.Record.SeverityNumber);
            }
            else if (_json.ValueTextEquals("severityText"u8))
            {
                Text(Tags.Record.SeverityText);
            }
            else if (_json.ValueTextEquals("body"u8))
            {
                Message(Tags.Record.Body, Kind.AnyValue, 1);
            }
            else if (_json.ValueTextEquals("attributes"u8))
            {
                Messages(Tags.Record.Attributes, Kind.KeyValue, 1);
            }
            else if (_json.ValueTextEquals("traceId"u8))
            {
                Id(Tags.Record.TraceId, Reading.OtlpRecordReader.TraceIdBytes);
            }
            else if (_json.ValueTextEquals("spanId"u8))
            {
                Id(Tags.Record.SpanId, Reading.OtlpRecordReader.SpanIdBytes);
            }
            else if (_json.ValueTextEquals("flags"u8))
            {
                Fixed32(Tags.Record.Flags);
            }
            else if (_json.ValueTextEquals("droppedAttributesCount"u8))
            {
                UInt32(Tags.Record.DroppedAttributesCount);
            }
            else if (_json.ValueTextEquals("eventName"u8))
            {
                Text(Tags.Record.EventName);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void Resource()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("attributes"u8))
            {
                Messages(Tags.Resource.Attributes, Kind.KeyValue, 1);
            }
            else if (_json.ValueTextEquals("droppedAttributesCount"u8))
            {
                UInt32(Tags.Resource.DroppedAttributesCount);
            }
            else if (_json.ValueTextEquals("entityRefs"u8))
            {
                Messages(Tags.Resource.EntityRefs, Kind.EntityRef);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void EntityRef()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("schemaUrl"u8))
            {
                Text(Tags.EntityRef.SchemaUrl);
            }
            else if (_json.ValueTextEquals("type"u8))
            {
                Text(Tags.EntityRef.Type);
            }
            else if (_json.ValueTextEquals("idKeys"u8))
            {
                Texts(Tags.EntityRef.IdKeys);
            }
            else if (_json.ValueTextEquals("descriptionKeys"u8))
            {
                Texts(Tags.EntityRef.DescriptionKeys);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void Scope()
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("name"u8))
            {
                Text(Tags.Scope.Name);
            }
            else if (_json.ValueTextEquals("version"u8))
            {
                Text(Tags.Scope.Version);
            }
            else if (_json.ValueTextEquals("attributes"u8))
            {
                Messages(Tags.Scope.Attributes, Kind.KeyValue, 1);
            }
            else if (_json.ValueTextEquals("droppedAttributesCount"u8))
            {
                UInt32(Tags.Scope.DroppedAttributesCount);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void KeyValue(int depth)
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("key"u8))
            {
                Text(Tags.KeyValue.Key);
            }
            else if (_json.ValueTextEquals("value"u8))
            {
                Message(Tags.KeyValue.Value, Kind.AnyValue, depth);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    void AnyValue(int depth)
    {
        if (depth > WireCheck.DepthMax)
        {
            throw new JsonException(OtlpFault.TooDeep.Text());
        }

        while (NextProperty())
        {
            if (_json.ValueTextEquals("stringValue"u8))
            {
                Text(Tags.AnyValue.String);
            }
            else if (_json.ValueTextEquals("intValue"u8))
            {
                Int64(Tags.AnyValue.Int);
            }
            else if (_json.ValueTextEquals("boolValue"u8))
            {
                Bool(Tags.AnyValue.Bool);
            }
            else if (_json.ValueTextEquals("doubleValue"u8))
            {
                Double(Tags.AnyValue.Double);
            }
            else if (_json.ValueTextEquals("arrayValue"u8))
            {
                Message(Tags.AnyValue.Array, Kind.ArrayValue, depth + 1);
            }
            else if (_json.ValueTextEquals("kvlistValue"u8))
            {
                Message(Tags.AnyValue.KeyValueList, Kind.KeyValueList, depth + 1);
            }
            else if (_json.ValueTextEquals("bytesValue"u8))
            {
                Base64(Tags.AnyValue.Bytes);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    /// <summary>An <c>ArrayValue</c> or a <c>KeyValueList</c>.</summary>
    void Values(Kind items, int depth)
    {
        while (NextProperty())
        {
            if (_json.ValueTextEquals("values"u8))
            {
                Messages(Tags.Values, items, depth);
            }
            else
            {
                _json.Skip();
            }
        }
    }

    /// <summary>A repeated field.</summary>
    void Messages(uint tag, Kind kind, int depth = 0)
    {
        if (!NextValue())
        {
            return;
        }

        Expect(JsonTokenType.StartArray);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Open(tag, kind, depth);
        }
    }

    /// <summary>A field that is one message.</summary>
    void Message(uint tag, Kind kind, int depth = 0)
    {
        if (NextValue())
        {
            Open(tag, kind, depth);
        }
    }

    void Open(uint tag, Kind kind, int depth)
    {
        Expect(JsonTokenType.StartObject);
        int mark = _out.Begin(tag);
        switch (kind)
        {
            case Kind.ResourceLogs:
                ResourceLogs();
                break;
            case Kind.ScopeLogs:
                ScopeLogs();
                break;
            case Kind.LogRecord:
                LogRecord();
                break;
            case Kind.Resource:
                Resource();
                break;
            case Kind.EntityRef:
                EntityRef();
                break;
            case Kind.Scope:
                Scope();
                break;
            case Kind.KeyValue:
                KeyValue(depth);
                break;
            case Kind.AnyValue:
                AnyValue(depth);
                break;
            case Kind.ArrayValue:
                Values(Kind.AnyValue, depth);
                break;
            default:
                Values(Kind.KeyValue, depth);
                break;
        }

        _out.End(mark);
    }

    /// <summary>The message types that are read.</summary>
    enum Kind : byte
    {
        ResourceLogs,
        ScopeLogs,
        LogRecord,
        Resource,
        EntityRef,
        Scope,
        KeyValue,
        AnyValue,
        ArrayValue,
        KeyValueList,
    }
}
