using System.Buffers;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using Receivers.Otlp.Json;
using Xunit.Abstractions;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

public sealed class OtlpJsonTests(ITestOutputHelper output)
{
    [Fact]
    public void Transcode_EveryField_IsTheSameMessage()
    {
        ExportLogsServiceRequest request = OtlpSamples.Request(OtlpSamples.Record(), OtlpSamples.Record("é \" \\ \n \u0001 😀 " + new string('x', 300)));
        Assert.Equal(request, Parse(OtlpJsonSamples.ToJson(request)));
        Assert.Equal(request, Parse(OtlpJsonSamples.ToJson(request, isIndented: true)));
    }

    [Fact]
    public void Transcode_EverySplit_GivesTheSame()
    {
        ExportLogsServiceRequest request = OtlpSamples.Request(OtlpSamples.Record("a\"b😀"));
        byte[] json = OtlpJsonSamples.ToJson(request);
        byte[] expected = Bytes(new ReadOnlySequence<byte>(json));
        for (int cut = 0; cut <= json.Length; cut++)
        {
            Assert.Equal(expected, Bytes(Decoding.Pieces(json, cut)));
        }

        Assert.Equal(expected, Bytes(Decoding.Pieces(json, [.. Enumerable.Range(1, json.Length - 1)])));
    }

    [Fact]
    public void Transcode_EveryProperPrefix_IsRefused()
    {
        byte[] json = OtlpJsonSamples.ToJson(OtlpSamples.Request(OtlpSamples.Record()));
        for (int length = 0; length < json.Length; length++)
        {
            Assert.NotNull(Problem(json[..length]));
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(" { } ")]
    [InlineData("{\"resourceLogs\":null}")]
    [InlineData("{\"resourceLogs\":[]}")]
    [InlineData("{\"key\":\"value\",\"more\":[[[{\"x\":[]}]]]}")] // Unknown fields are ignored.
    [InlineData("{\"resource_logs\":1}")] // Only lowerCamelCase is known.
    public void Transcode_NothingKnown_IsAnEmptyRequest(string json) => Assert.Equal(new ExportLogsServiceRequest(), Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("1234")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{}{}")]
    [InlineData("{\"resourceLogs\":{}}")]
    [InlineData("{\"resourceLogs\":[1]}")]
    [InlineData("{\"resourceLogs\":[null]}")]
    [InlineData("{\"resourceLogs\":[{\"schemaUrl\":1}]}")]
    [InlineData("{\"resourceLogs\":[{\"resource\":[]}]}")]
    [InlineData("{\"resourceLogs\":[{\"resource\":{\"droppedAttributesCount\":\"x\"}}]}")]
    public void Transcode_OtherShape_IsRefused(string json) => Assert.NotNull(Problem(Encoding.UTF8.GetBytes(json)));

    public static TheoryData<string, string> Records => new()
    {
        { "\"timeUnixNano\":\"5\"", "{ \"timeUnixNano\": \"5\" }" },
        { "\"timeUnixNano\":5", "{ \"timeUnixNano\": \"5\" }" },
        { "\"timeUnixNano\":1.5447126603e18", "{ \"timeUnixNano\": \"1544712660300000000\" }" },
        { "\"timeUnixNano\":18446744073709551615", "{ \"timeUnixNano\": \"18446744073709551615\" }" },
        { "\"timeUnixNano\":-1", "{ }" },
        { "\"timeUnixNano\":1e99", "{ \"timeUnixNano\": \"18446744073709551615\" }" },
        { "\"timeUnixNano\":null", "{ }" },
        { "\"severityNumber\":17", "{ \"severityNumber\": 17 }" },
        { "\"severityNumber\":255", "{ \"severityNumber\": 255 }" },
        { "\"severityNumber\":-3", "{ \"severityNumber\": -3 }" },
        { "\"severityNumber\":\"9\"", "{ \"severityNumber\": 9 }" },
        { "\"severityNumber\":99999999999", "{ \"severityNumber\": 2147483647 }" },
        { "\"flags\":257", "{ \"flags\": 257 }" },
        { "\"body\":{\"intValue\":\"-9223372036854775808\"}", "{ \"body\": { \"intValue\": \"-9223372036854775808\" } }" },
        { "\"body\":{\"intValue\":7}", "{ \"body\": { \"intValue\": \"7\" } }" },
        { "\"body\":{\"intValue\":1e3}", "{ \"body\": { \"intValue\": \"1000\" } }" },
        { "\"body\":{\"doubleValue\":\"NaN\"}", "{ \"body\": { \"doubleValue\": \"NaN\" } }" },
        { "\"body\":{\"doubleValue\":\"-Infinity\"}", "{ \"body\": { \"doubleValue\": \"-Infinity\" } }" },
        { "\"body\":{\"doubleValue\":\"0.5\"}", "{ \"body\": { \"doubleValue\": 0.5 } }" },
        { "\"body\":{\"doubleValue\":3}", "{ \"body\": { \"doubleValue\": 3 } }" },
        { "\"body\":{\"boolValue\":false}", "{ \"body\": { \"boolValue\": false } }" },
        { "\"body\":{\"bytesValue\":\"/+8=\"}", "{ \"body\": { \"bytesValue\": \"/+8=\" } }" },
        { "\"body\":{\"bytesValue\":\"_-8\"}", "{ \"body\": { \"bytesValue\": \"/+8=\" } }" },
        { "\"body\":{\"stringValue\":\"\"}", "{ \"body\": { \"stringValue\": \"\" } }" },
        { "\"body\":{\"stringValue\":null}", "{ \"body\": { } }" },
        { "\"body\":{}", "{ \"body\": { } }" },
        { "\"body\":{\"stringValue\":\"\\ud83d\\ude00 \\ud83d \\u00e9\\/\\b\\f\"}", "{ \"body\": { \"stringValue\": \"😀 \uFFFD é/\\b\\f\" } }" },
        { "\"body\":{\"stringValue\":\"\\ude00\\ud83d\"}", "{ \"body\": { \"stringValue\": \"\uFFFD\uFFFD\" } }" },
        { "\"\\u0062ody\":{\"stringValue\":\"x\"}", "{ \"body\": { \"stringValue\": \"x\" } }" },
        { "\"unknown\":{\"a\":[1,2,{\"b\":null}]},\"eventName\":\"e\"", "{ \"eventName\": \"e\" }" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void Transcode_Field_ReadsAsTheProtocolSays(string member, string expected)
    {
        ProtoRecord record = Parse(Record(member)).ResourceLogs[0].ScopeLogs[0].LogRecords[0];
        // Through an object, since the generated JSON writes enumerations as names where it knows them.
        ProtoRecord wanted = JsonParser.Default.Parse<ProtoRecord>(expected);
        Assert.Equal(wanted, record);
    }

    [Theory]
    [InlineData("\"timeUnixNano\":\"x\"")]
    [InlineData("\"timeUnixNano\":1.5")]
    [InlineData("\"timeUnixNano\":{}")]
    [InlineData("\"severityNumber\":\"SEVERITY_NUMBER_INFO\"")]
    [InlineData("\"severityNumber\":true")]
    [InlineData("\"traceId\":5")]
    [InlineData("\"body\":\"text\"")]
    [InlineData("\"body\":{\"boolValue\":\"true\"}")]
    [InlineData("\"body\":{\"bytesValue\":\"?\"}")]
    [InlineData("\"body\":{\"bytesValue\":\"A\"}")]
    [InlineData("\"body\":{\"stringValue\":5}")]
    [InlineData("\"attributes\":{}")]
    [InlineData("\"attributes\":[\"a\"]")]
    public void Transcode_FieldOfAnotherType_IsRefused(string member) => Assert.NotNull(Problem(Record(member)));

    [Theory]
    [InlineData("5b8efff798038103d269b633813fc60c", true)]
    [InlineData("5B8EFFF798038103D269B633813FC60C", true)]
    [InlineData("", true)]
    [InlineData("W47/95gDgQPSabYzgT/GDA==", false)] // Base64.
    [InlineData("5b8efff798038103d269b633813fc60", false)]
    [InlineData("5b8efff798038103d269b633813fc60g", false)]
    [InlineData("5b8efff798038103", false)]
    [InlineData("5b8efff798038103d269b633813fc60c5b8efff798038103d269b633813fc60c5b8efff798038103d269b633813fc60c", false)]
    public void Transcode_TraceId_IsHexadecimalOrLeftOutAndMarked(string id, bool isValid)
    {
        Decoding decoding = Decoding.Of(Bytes(new ReadOnlySequence<byte>(Record($"\"traceId\":\"{id}\",\"eventName\":\"e\""))));
        (RecordBatch batch, LogRecord record) = decoding.Single;
        Assert.Equal(isValid ? ParseMarks.None : ParseMarks.InvalidTraceId, record.Marks);
        ProtoRecord kept = ProtoRecord.Parser.ParseFrom(batch[record.Original]);
        Assert.Equal(isValid ? id.ToUpperInvariant() : "", Convert.ToHexString(kept.TraceId.Span));
        Assert.Equal("e", kept.EventName);
    }

    [Theory]
    [InlineData(64, true, true)]
    [InlineData(64, false, true)]
    [InlineData(65, true, false)]
    [InlineData(65, false, false)]
    [InlineData(100, true, false)]
    public void Transcode_NestedValues_AreTakenTo64Levels(int levels, bool isMap, bool isTaken)
    {
        byte[] json = OtlpJsonSamples.ToJson(OtlpSamples.Request(new ProtoRecord { Body = OtlpSamples.Nested(levels, isMap) }));
        Assert.Equal(isTaken, Problem(json) is null);
    }

    [Theory]
    [InlineData("{\"arrayValue\":{\"values\":[")]
    [InlineData("{\"kvlistValue\":{\"values\":[{\"value\":")]
    [InlineData("[")]
    [InlineData("{\"unknown\":")]
    public void Transcode_100000Levels_AreRefusedWithoutOverflow(string level) =>
        Assert.NotNull(Problem(Record("\"body\":" + string.Concat(Enumerable.Repeat(level, 100_000)))));

    [Fact]
    public void Transcode_TextThatIsNotUtf8_IsKeptAndMarked()
    {
        byte[] json = Record("\"body\":{\"stringValue\":\"ab?c\"}");
        json[json.AsSpan().IndexOf((byte)'?')] = 0xFF;
        (RecordBatch batch, LogRecord record) = Decoding.Of(Bytes(new ReadOnlySequence<byte>(json))).Single;
        Assert.Equal(ParseMarks.InvalidUtf8, record.Marks);
        Assert.Equal(4, batch[record.Body].Length);
    }

    [Fact]
    public void Transcode_RandomRequests_IsTheSameMessageAndNeverLonger()
    {
        const int seed = 20_251_126;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        for (int round = 0; round < 2_000; round++)
        {
            ExportLogsServiceRequest request = OtlpSamples.Request([.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomRecord(random))]);
            byte[] json = OtlpJsonSamples.ToJson(request);
            byte[] bytes = Bytes(new ReadOnlySequence<byte>(json));
            Assert.InRange(bytes.Length, 0, json.Length);
            Assert.Equal(request, ExportLogsServiceRequest.Parser.ParseFrom(bytes));
        }
    }

    [Fact]
    public void Transcode_BrokenJson_IsRefusedOrReadAndNothingElse()
    {
        const int seed = 20_251_127;
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        byte[][] seeds = [OtlpJsonSamples.ToJson(OtlpSamples.Request(OtlpSamples.Record())), Record("\"body\":{\"stringValue\":\"\\ud83d\\ude00\"},\"flags\":1")];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] json = (byte[])seeds[round % 2].Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                json[random.Next(json.Length)] = random.Next(4) switch { 0 => (byte)random.Next(256), 1 => (byte)'"', 2 => (byte)'{', _ => (byte)random.Next('!', '~') };
            }

            if (Problem(json, out byte[] bytes) is null)
            {
                Assert.Equal(Receivers.Otlp.Wire.OtlpFault.None, Decoding.Of(bytes).Fault);
            }
        }
    }

    static ProtoRecord RandomRecord(Random random)
    {
        ProtoRecord record = new() { TimeUnixNano = (ulong)random.NextInt64(), SeverityNumber = (OpenTelemetry.Proto.Logs.V1.SeverityNumber)random.Next(25), Body = RandomValue(random, 3) };
        for (int count = random.Next(4); count > 0; count--)
        {
            record.Attributes.Add(OtlpSamples.Pair(RandomText(random), RandomValue(random, 2)));
        }

        return record;
    }

    static AnyValue RandomValue(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => new AnyValue(),
        1 => new AnyValue { IntValue = random.NextInt64(long.MinValue, long.MaxValue) },
        2 => new AnyValue { DoubleValue = random.NextDouble() * 1e10 },
        3 => new AnyValue { BoolValue = random.Next(2) == 0 },
        4 => new AnyValue { BytesValue = ByteString.CopyFrom(RandomBytes(random)) },
        5 => OtlpSamples.Text(RandomText(random)),
        6 => OtlpSamples.List([.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomValue(random, depth - 1))]),
        _ => OtlpSamples.Map([.. Enumerable.Range(0, random.Next(5)).Select(i => OtlpSamples.Pair("k" + i, RandomValue(random, depth - 1)))]),
    };

    static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(3) == 0 ? random.Next(300) : random.Next(10)).Select(_ => random.Next(20) switch { 0 => "é", 1 => "\"", 2 => "😀", 3 => "\n", _ => "a" }));

    static byte[] Record(string members) => Encoding.UTF8.GetBytes("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{" + members + "}]}]}]}");

    static ExportLogsServiceRequest Parse(byte[] json) => ExportLogsServiceRequest.Parser.ParseFrom(Bytes(new ReadOnlySequence<byte>(json)));

    static byte[] Bytes(ReadOnlySequence<byte> json)
    {
        byte[] destination = new byte[json.Length + OtlpJsonTranscoder.SlackBytes];
        Assert.Null(OtlpJsonTranscoder.Transcode(in json, destination, out int length));
        return destination[..length];
    }

    static string? Problem(byte[] json) => Problem(json, out _);

    static string? Problem(byte[] json, out byte[] bytes)
    {
        bytes = new byte[json.Length + OtlpJsonTranscoder.SlackBytes];
        string? problem = OtlpJsonTranscoder.Transcode(new ReadOnlySequence<byte>(json), bytes, out int length);
        bytes = bytes[..length];
        return problem;
    }
}
