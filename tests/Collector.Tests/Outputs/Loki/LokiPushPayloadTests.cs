using System.Globalization;
using System.Text;
using System.Text.Json;
using Collector.Outputs.Formats;
using Collector.Outputs.Loki;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using Receivers;
using Tests.Shared;
using static Collector.Tests.Outputs.Requests.Payloads;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Collector.Tests.Outputs.Loki;

public sealed class LokiPushPayloadTests
{
    [Fact]
    public void Write_Records_HaveTheDocumentedShape()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add("Failed \"password\" for root\u001b[31m", "web1", "sshd", "812", "ID47", "[a@1 k=\"v\"]", peer: PeerAddress.V4([10, 0, 0, 7], 49152), verdict: ByModel,
                set: (ref LogRecord r) => (r.Facility, r.SeverityNumber) = (4, 18))
            .Add("no host, no app", peer: PeerAddress.V4([10, 0, 0, 8], 1), set: (ref LogRecord r) => (r.TimestampUnixNano, r.Marks) = (0, ParseMarks.MissingPri | ParseMarks.MissingTimestamp))
            .Add("again", "web1", "sshd", verdict: ByModel);
        Snapshot.Verify(Encode(builder), "json");
    }

    [Fact]
    public void Write_OtlpRecords_FlattensAttributesUnderCleanNames()
    {
        BatchBuilder builder = new() { Receiver = "otlp", Transport = "grpc", Format = RecordFormat.Otlp };
        ProtoRecord record = new()
        {
            SeverityText = "Error",
            TraceId = ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(i => (byte)i)]),
            EventName = "paid",
            Attributes =
            {
                Pair("http.status-code", new AnyValue { IntValue = 500 }), Pair("1st", "x"), Pair("ok", new AnyValue { BoolValue = true }), Pair("collector.severity", "theirs"),
                Pair("list", new AnyValue { ArrayValue = new ArrayValue { Values = { Value("a"), new AnyValue { IntValue = 1 } } } }), Pair("none", new AnyValue()),
            },
        };
        builder.Add("pay", app: "shop", original: record.ToByteArray(), resource: new Resource { Attributes = { Pair("service.name", "shop") } }.ToByteArray(), verdict: ByModel);
        Snapshot.Verify(Encode(builder), "json");
    }

    [Theory]
    [InlineData("Text", "two\\nlines")]
    [InlineData("Original", "web1sshdtwo\\nlines")]
    [InlineData("Json", "{\\\"timestamp\\\":\\\"2025-11-25T12:00:00.123456789Z\\\"")]
    public void Write_EachFormat_IsTheLine(string format, string start)
    {
        string text = Encode(new BatchBuilder().Add("two\nlines", "web1", "sshd"), Enum.Parse<LineFormat>(format));
        Assert.StartsWith("\"" + start, Values(text).Single()[1].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EqualStampsOfAStream_AreANanosecondApartInOrder()
    {
        BatchBuilder builder = new BatchBuilder().Add("same", "h", "a").Add("other", "h", "b").Add("same", "h", "a").Add("same", "h", "a")
            .Add("later", "h", "a", set: (ref LogRecord r) => r.TimestampUnixNano += 10);
        (string Line, long Time)[] first = [.. Values(Encode(builder)).Where(v => v[1].GetString() != "other")
            .Select(v => (v[1].GetString()!, long.Parse(v[0].GetString()!, CultureInfo.InvariantCulture) - BatchBuilder.Noon))];
        Assert.Equal([("same", 0), ("same", 1), ("same", 2), ("later", 10)], first);
    }

    [Fact]
    public void Write_MoreOriginsThanAllowed_ShareOneAndKeepTheirNames()
    {
        BatchBuilder builder = new() { BufferBytes = 1 << 20 };
        for (int i = 0; i < 500; i++)
        {
            builder.Add("x", "host" + i, "app" + i);
        }

        string text = Encode(builder, originsMax: 10);
        Assert.Equal(11, Streams(text).Select(s => s.GetProperty("stream").GetRawText()).Distinct().Count());
        Assert.Equal(500, Values(text).Select(v => v[2].GetProperty("host_name").GetString()).Distinct().Count());
        Assert.Contains("{\"app\":\"other\",\"host\":\"other\",\"severity\":\"info\",\"category\":\"routine\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_StrangeNames_MakeCleanLabels()
    {
        BatchBuilder builder = new BatchBuilder().Add("x", "a\nb\u001b\"", new string('é', 500)).Add("y", "  ", "");
        JsonElement[] labels = [.. Streams(Encode(builder)).Select(s => s.GetProperty("stream"))];
        Assert.Equal("a_b_\"", labels[0].GetProperty("host").GetString());
        Assert.Equal(new string('é', 64), labels[0].GetProperty("app").GetString());
        Assert.Equal(("unknown", "unknown"), (labels[1].GetProperty("host").GetString(), labels[1].GetProperty("app").GetString()));
    }

    [Fact]
    public void Write_MoreThanARequestHolds_SplitsBySizeAndLeavesOutWhatIsTooLarge()
    {
        BatchBuilder builder = new() { BufferBytes = 1 << 20 };
        foreach (string body in ManyBodies)
        {
            builder.Add(body, "web1");
        }

        Assert.Equal(
            ManyBodies.Where(b => b.Length < 2000),
            Split(bytesMax => new LokiPushPayload(bytesMax, LineFormat.Text, 1000), builder).SelectMany(r => Values(Encoding.UTF8.GetString(r))).Select(v => v[1].GetString()));
    }

    [Fact]
    public void Write_ARecordWithThousandsOfAttributes_StaysWithinLokisLimits()
    {
        BatchBuilder builder = new() { Format = RecordFormat.Otlp, BufferBytes = 1 << 20 };
        ProtoRecord record = new() { Attributes = { Enumerable.Range(0, 2000).Select(i => Pair("k" + i, new string('v', i == 0 ? 50_000 : 20))) } };
        builder.Add("x", original: record.ToByteArray());
        JsonElement metadata = Values(Encode(builder)).Single()[2];
        Assert.InRange(metadata.EnumerateObject().Count(), 50, 100);
        Assert.InRange(metadata.GetRawText().Length, 8192, 64 * 1024);
    }

    [Fact]
    public void Write_InSteadyState_AllocatesNothing()
    {
        BatchBuilder builder = new();
        for (int i = 0; i < 20; i++)
        {
            builder.Add("Failed password", "web" + (i % 3), "sshd", "812", structuredData: "[a@1 k=\"v\"]", verdict: ByModel);
        }

        AssertAllocatesNothing(new LokiPushPayload(4 << 20, LineFormat.Text, 1000), builder);
    }

    static string Encode(BatchBuilder builder, LineFormat format = LineFormat.Text, int originsMax = 1000)
    {
        string text = Encoding.UTF8.GetString(Payloads.Encode(new LokiPushPayload(64 << 20, format, originsMax), builder));
        LokiSchema.Check(text);
        return text;
    }

    static JsonElement.ArrayEnumerator Streams(string text) => JsonDocument.Parse(text).RootElement.GetProperty("streams").EnumerateArray();

    static IEnumerable<JsonElement> Values(string text) => Streams(text).SelectMany(s => s.GetProperty("values").EnumerateArray());
}
