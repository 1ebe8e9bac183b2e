using System.Text;
using System.Text.Json;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using Receivers;
using Tests.Shared;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Collector.Tests.Outputs.Formats;

public sealed class RecordJsonOtlpTests
{
    static readonly Verdict ByModel = new() { Severity = Severity.Error, Confidence = 0.9f, TemplateId = 7 };

    [Fact]
    public void Write_OtlpRecords_HaveTheDocumentedShape()
    {
        BatchBuilder builder = New();
        Add(builder, Full(), "Failed password", Group(), new InstrumentationScope { Name = "my.library", Version = "1.0", Attributes = { Pair("k", Text("v")) } });
        Add(builder, new ProtoRecord { Body = Text("bare") }, "bare");
        Add(builder, new ProtoRecord { SeverityNumber = OpenTelemetry.Proto.Logs.V1.SeverityNumber.Warn2 }, "", scope: new InstrumentationScope { Version = "2" });
        Add(builder, new ProtoRecord { SeverityText = "Notice", Attributes = { Pair("nothing", new AnyValue()) } }, "");
        Snapshot.Verify(Lines(builder), "jsonl");
    }

    [Fact]
    public void Write_StructuredBodies_AreJsonAndNotText()
    {
        BatchBuilder builder = New();
        Add(builder, new ProtoRecord { Body = Map(Pair("message", Text("disk full")), Pair("free", new AnyValue { IntValue = 0 }), Pair("none", new AnyValue())) }, "disk full");
        Add(builder, new ProtoRecord { Body = List(Text("a"), new AnyValue(), List(), Map()) }, "[\"a\",null,[],{}]");
        Add(builder, new ProtoRecord { Body = new AnyValue { IntValue = long.MinValue } }, "-9223372036854775808");
        Add(builder, new ProtoRecord { Body = new AnyValue { DoubleValue = double.NaN } }, "NaN");
        Add(builder, new ProtoRecord { Body = new AnyValue { BoolValue = true } }, "true");
        Add(builder, new ProtoRecord { Body = new AnyValue { BytesValue = ByteString.CopyFrom(0, 255) } }, "AP8=");
        Add(builder, new ProtoRecord { Body = new AnyValue { BytesValue = ByteString.CopyFromUtf8("text in bytes") } }, "text in bytes");
        Snapshot.Verify(Lines(builder), "jsonl");
    }

    [Fact]
    public void Write_RepeatedKeys_WritesTheFirstAndKeepsTheOriginal()
    {
        BatchBuilder builder = New();
        ProtoRecord record = new() { Attributes = { Pair("k", Text("1")), Pair("k", Text("2")), Pair("m", Map(Pair("k", Text("inner")))) } };
        Add(builder, record, "");
        using JsonDocument line = JsonDocument.Parse(Lines(builder));
        Assert.Equal("""{"k":"1","m":{"k":"inner"}}""", line.RootElement.GetProperty("attributes").GetRawText());
        Assert.Equal(record.ToByteArray(), line.RootElement.GetProperty("original_base64").GetBytesFromBase64());
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Write_NestedValues_StopsWhereTheReceiverDoes(int levels, bool isWhole)
    {
        AnyValue value = Text("deep");
        for (int level = 1; level < levels; level++)
        {
            value = List(value);
        }

        BatchBuilder builder = New();
        Add(builder, new ProtoRecord { Attributes = { Pair("k", value) } }, "");
        using JsonDocument line = JsonDocument.Parse(Lines(builder), new JsonDocumentOptions { MaxDepth = 100 });
        Assert.Equal(isWhole, !line.RootElement.TryGetProperty("original_base64", out _));
    }

    [Fact]
    public void Write_InSteadyState_AllocatesNothing()
    {
        BatchBuilder builder = New();
        Add(builder, Full(), "Failed password", Group(), new InstrumentationScope { Name = "my.library" });
        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
        RecordJson json = new();
        using PayloadBuffer buffer = new();
        json.WriteLine(buffer, batch, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            buffer.Clear();
            json.WriteLine(buffer, batch, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static BatchBuilder New() => new() { Receiver = "otlp", Transport = "grpc", Format = RecordFormat.Otlp };

    static void Add(BatchBuilder builder, ProtoRecord record, string body, Resource? resource = null, InstrumentationScope? scope = null) => builder.Add(
        body, original: record.ToByteArray(), resource: resource?.ToByteArray(), scope: scope?.ToByteArray(), verdict: ByModel,
        set: (ref LogRecord r) => r.SeverityNumber = (byte)record.SeverityNumber);

    static ProtoRecord Full() => new()
    {
        SeverityNumber = OpenTelemetry.Proto.Logs.V1.SeverityNumber.Error,
        SeverityText = "err\u2028",
        Body = Text("Failed password"),
        Flags = 0x101,
        TraceId = ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(i => (byte)i)]),
        SpanId = ByteString.CopyFrom([.. Enumerable.Range(250, 8).Select(i => (byte)i)]),
        EventName = "login.failed",
        Attributes =
        {
            Pair("user", Text("ro\"ot\u001b[31m")),
            Pair("empty", Text("")),
            Pair("tries", new AnyValue { IntValue = -7 }),
            Pair("ratio", new AnyValue { DoubleValue = 1e-30 }),
            Pair("endless", new AnyValue { DoubleValue = double.NegativeInfinity }),
            Pair("ok", new AnyValue { BoolValue = false }),
            Pair("raw", new AnyValue { BytesValue = ByteString.CopyFrom(0, 255, 7) }),
            Pair("list", List(Text("a"), new AnyValue { IntValue = 1 }, new AnyValue())),
            Pair("map", Map(Pair("é", Text("ü\n")), Pair("n", new AnyValue()))),
        },
    };

    static Resource Group() => new() { Attributes = { Pair("service.name", Text("sshd")), Pair("process.pid", new AnyValue { IntValue = 812 }) } };

    static AnyValue Text(string text) => new() { StringValue = text };

    static KeyValue Pair(string key, AnyValue value) => new() { Key = key, Value = value };

    static AnyValue List(params AnyValue[] values) => new() { ArrayValue = new ArrayValue { Values = { values } } };

    static AnyValue Map(params KeyValue[] pairs) => new() { KvlistValue = new KeyValueList { Values = { pairs } } };

    static string Lines(BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
        RecordJson json = new();
        using PayloadBuffer buffer = new(16);
        for (int i = 0; i < batch.Count; i++)
        {
            json.WriteLine(buffer, batch, i);
        }

        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.Span);
    }
}
