using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

/// <summary>Export requests, made with the generated classes: the reference that the hand-written reader is compared with.</summary>
static class OtlpSamples
{
    public const ulong Time = 1_764_064_800_123_456_789;
    public const long Now = 1_764_064_801_000_000_000;

    public static AnyValue Text(string text) => new() { StringValue = text };

    public static KeyValue Pair(string key, AnyValue value) => new() { Key = key, Value = value };

    public static AnyValue Map(params KeyValue[] pairs)
    {
        AnyValue value = new() { KvlistValue = new KeyValueList() };
        value.KvlistValue.Values.AddRange(pairs);
        return value;
    }

    public static AnyValue List(params AnyValue[] values)
    {
        AnyValue value = new() { ArrayValue = new ArrayValue() };
        value.ArrayValue.Values.AddRange(values);
        return value;
    }

    /// <summary>Values within values.</summary>
    /// <param name="levels">1 is a plain string.</param>
    /// <param name="isMap">Maps or lists.</param>
    public static AnyValue Nested(int levels, bool isMap)
    {
        AnyValue value = Text("deep");
        for (int level = 1; level < levels; level++)
        {
            value = isMap ? Map(Pair("k", value)) : List(value);
        }

        return value;
    }

    /// <summary>A record that uses every field.</summary>
    public static ProtoRecord Record(string body = "Failed password for root from 10.0.0.7 port 22")
    {
        ProtoRecord record = new()
        {
            TimeUnixNano = Time,
            ObservedTimeUnixNano = Time + 5,
            SeverityNumber = SeverityNumber.Error,
            SeverityText = "err",
            Body = Text(body),
            DroppedAttributesCount = 3,
            Flags = 0x101,
            TraceId = ByteString.CopyFrom(Enumerable.Range(1, 16).Select(i => (byte)i).ToArray()),
            SpanId = ByteString.CopyFrom(Enumerable.Range(1, 8).Select(i => (byte)i).ToArray()),
            EventName = "login.failed",
        };
        record.Attributes.Add(Pair("user", Text("root")));
        record.Attributes.Add(Pair("tries", new AnyValue { IntValue = -7 }));
        record.Attributes.Add(Pair("ratio", new AnyValue { DoubleValue = 0.25 }));
        record.Attributes.Add(Pair("ok", new AnyValue { BoolValue = true }));
        record.Attributes.Add(Pair("raw", new AnyValue { BytesValue = ByteString.CopyFrom(0, 255, 7) }));
        record.Attributes.Add(Pair("list", List(Text("a"), new AnyValue { IntValue = 1 }, new AnyValue())));
        record.Attributes.Add(Pair("map", Map(Pair("é", Text("ü\"\n")), Pair("n", new AnyValue()))));
        return record;
    }

    public static ResourceLogs Group(string service, string host, params ProtoRecord[] records)
    {
        ResourceLogs group = new() { Resource = new Resource { DroppedAttributesCount = 1 }, SchemaUrl = "https://opentelemetry.io/schemas/1.30.0" };
        group.Resource.Attributes.Add(Pair("service.name", Text(service)));
        group.Resource.Attributes.Add(Pair("host.name", Text(host)));
        group.Resource.EntityRefs.Add(new EntityRef { Type = "service", IdKeys = { "service.name" } });
        ScopeLogs scope = new() { Scope = new InstrumentationScope { Name = "my.library", Version = "1.0.0" }, SchemaUrl = "https://example.org/scope" };
        scope.Scope.Attributes.Add(Pair("scope.attribute", Text("s")));
        scope.LogRecords.AddRange(records);
        group.ScopeLogs.Add(scope);
        return group;
    }

    public static ExportLogsServiceRequest Request(params ProtoRecord[] records) => new() { ResourceLogs = { Group("sshd", "web1", records) } };

    /// <summary>Many plain records of the size that applications send: a 190-byte body and six attributes.</summary>
    /// <param name="count">Records.</param>
    /// <param name="first">Number of the first one, which its line tells.</param>
    public static ExportLogsServiceRequest Typical(int count, int first = 0)
    {
        ProtoRecord[] records = new ProtoRecord[count];
        for (int at = 0; at < count; at++)
        {
            int i = first + at;
            string text = $"GET /api/v1/orders/{i} served in {i % 90} ms for client 10.0.{i % 256}.{i % 100} by worker {i % 8}, "
                + $"upstream orders-backend answered after {i % 70} ms, cache miss, tls session reused, {i % 5000} bytes sent, no retry";
            records[at] = new ProtoRecord
            {
                TimeUnixNano = Time + (ulong)i,
                ObservedTimeUnixNano = Time + (ulong)i,
                SeverityNumber = SeverityNumber.Info,
                SeverityText = "Information",
                Body = Text(text),
            };
            records[at].Attributes.Add(Pair("http.request.method", Text("GET")));
            records[at].Attributes.Add(Pair("http.response.status_code", new AnyValue { IntValue = 200 }));
            records[at].Attributes.Add(Pair("url.path", Text("/api/v1/orders")));
            records[at].Attributes.Add(Pair("user.id", Text("user-" + i)));
            records[at].Attributes.Add(Pair("thread.id", new AnyValue { IntValue = i }));
            records[at].Attributes.Add(Pair("retry", new AnyValue { BoolValue = false }));
        }

        return Request(records);
    }
}
