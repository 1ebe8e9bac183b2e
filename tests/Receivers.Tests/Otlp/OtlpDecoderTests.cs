using System.Buffers;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using Receivers.Otlp;
using Receivers.Otlp.Reading;
using Receivers.Otlp.Wire;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Receivers.Tests.Otlp;

public sealed class OtlpDecoderTests
{
    [Fact]
    public void Decode_EveryField_KeepsAllOfIt()
    {
        ProtoRecord sent = OtlpSamples.Record();
        ExportLogsServiceRequest request = OtlpSamples.Request(sent);
        Decoding decoding = Decoding.Of(request.ToByteArray());

        Assert.Equal(OtlpFault.None, decoding.Fault);
        (RecordBatch batch, LogRecord record) = decoding.Single;
        Assert.Equal(RecordFormat.Otlp, batch.Format);
        Assert.Equal(("otlp", "http"), (batch.Receiver, batch.Transport));
        Assert.Equal((long)OtlpSamples.Time, record.TimestampUnixNano);
        Assert.Equal((long)OtlpSamples.Time + 5, record.ObservedUnixNano);
        Assert.Equal(17, record.SeverityNumber);
        Assert.Equal(-1, record.Facility);
        Assert.Equal("sshd", Decoding.TextOf(batch, record.AppName));
        Assert.Equal("web1", Decoding.TextOf(batch, record.Hostname));
        Assert.Equal(sent.Body.StringValue, Decoding.TextOf(batch, record.Body));
        Assert.Equal(ParseMarks.None, record.Marks);
        Assert.Equal(sent, ProtoRecord.Parser.ParseFrom(batch[record.Original]));
        RecordSource source = batch.Sources[record.Source];
        ResourceLogs group = request.ResourceLogs[0];
        Assert.Equal(group.Resource, Resource.Parser.ParseFrom(batch[source.Resource]));
        Assert.Equal(group.SchemaUrl, Decoding.TextOf(batch, source.ResourceSchemaUrl));
        Assert.Equal(group.ScopeLogs[0].Scope, InstrumentationScope.Parser.ParseFrom(batch[source.Scope]));
        Assert.Equal(group.ScopeLogs[0].SchemaUrl, Decoding.TextOf(batch, source.ScopeSchemaUrl));
    }

    [Fact]
    public void Decode_EverySplitInTwo_GivesTheSame()
    {
        byte[] bytes = OtlpSamples.Request(OtlpSamples.Record(), OtlpSamples.Record("second")).ToByteArray();
        string whole = Dump(Decoding.Of(bytes));
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(whole, Dump(Decoding.Of(Decoding.Pieces(bytes, cut))));
        }
    }

    [Fact]
    public void Decode_OneByteAPiece_GivesTheSame()
    {
        byte[] bytes = OtlpSamples.Request(OtlpSamples.Record(), OtlpSamples.Record("second")).ToByteArray();
        Assert.Equal(Dump(Decoding.Of(bytes)), Dump(Decoding.Of(Decoding.Pieces(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]))));
    }

    [Fact]
    public void Decode_EveryProperPrefix_AgreesWithTheGeneratedParser()
    {
        byte[] bytes = OtlpSamples.Request(OtlpSamples.Record()).ToByteArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            bool isAccepted = Decoding.Of(bytes[..length]).Fault == OtlpFault.None;
            Assert.True(isAccepted == OtlpReference.TryParse(bytes[..length], out _, out _), $"at {length}");
        }
    }

    [Theory]
    [InlineData("", nameof(OtlpFault.None))] // An empty request is a success.
    [InlineData("0A 00", nameof(OtlpFault.None))]
    [InlineData("0A 02 12 00", nameof(OtlpFault.None))]
    [InlineData("0A 02 0A 00", nameof(OtlpFault.None))]
    [InlineData("0A 04 12 02 12 00", nameof(OtlpFault.None))] // One empty record.
    [InlineData("0A", nameof(OtlpFault.Truncated))]
    [InlineData("0A 05 12 00", nameof(OtlpFault.Truncated))]
    [InlineData("0A 04 12 03 12 00", nameof(OtlpFault.Truncated))] // The record list reaches beyond its group.
    [InlineData("0A 04 12 02 12 05", nameof(OtlpFault.Truncated))]
    [InlineData("0A FF FF FF FF 07", nameof(OtlpFault.Truncated))] // 2 GiB - 1 claimed.
    [InlineData("0A FF FF FF FF 0F", nameof(OtlpFault.InvalidLength))] // -1.
    [InlineData("0A FF FF FF FF FF FF FF FF FF 01", nameof(OtlpFault.InvalidLength))]
    [InlineData("0A FF FF FF FF FF FF FF FF FF FF 01", nameof(OtlpFault.InvalidVarint))]
    [InlineData("0A 80 80 80 80 80 80 80 80 80 00", nameof(OtlpFault.None))] // A zero of ten bytes.
    [InlineData("00", nameof(OtlpFault.InvalidTag))]
    [InlineData("02 00", nameof(OtlpFault.InvalidTag))]
    [InlineData("0E", nameof(OtlpFault.InvalidWireType))]
    [InlineData("0F", nameof(OtlpFault.InvalidWireType))]
    [InlineData("0C", nameof(OtlpFault.UnmatchedGroup))]
    [InlineData("0B 0C", nameof(OtlpFault.None))] // A group, skipped.
    [InlineData("0B 14", nameof(OtlpFault.UnmatchedGroup))]
    [InlineData("0B", nameof(OtlpFault.Truncated))]
    [InlineData("0B 13 14 0C", nameof(OtlpFault.None))]
    [InlineData("08 01", nameof(OtlpFault.None))] // Known number, other wire type: skipped.
    [InlineData("0D 01 02 03 04", nameof(OtlpFault.None))]
    [InlineData("09 01 02 03 04", nameof(OtlpFault.Truncated))]
    [InlineData("F2 07 03 61 62 63", nameof(OtlpFault.None))] // An unknown field.
    [InlineData("0A 0E 12 0C 12 0A 08 01 12 02 08 01 1A 02 61 62", nameof(OtlpFault.None))] // A record of unexpected wire types.
    [InlineData("0A 07 12 05 12 03 08 80 80", nameof(OtlpFault.Truncated))]
    [InlineData("0A 07 12 05 12 03 2A 05 61", nameof(OtlpFault.Truncated))]
    [InlineData("0A 06 12 04 12 02 00 00", nameof(OtlpFault.InvalidTag))]
    [InlineData("0A 04 0A 02 0A 05", nameof(OtlpFault.Truncated))] // A bad resource without records.
    [InlineData("0A 06 12 04 0A 02 0A 05", nameof(OtlpFault.Truncated))] // A bad scope without records.
    [InlineData("0A 05 0A 03 1A 01 0A", nameof(OtlpFault.Truncated))] // A bad entity reference.
    public void Decode_WireTable_AgreesWithTheGeneratedParser(string hex, string expected)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(expected, Decoding.Of(bytes).Fault.ToString());
        Assert.Equal(expected, Decoding.Of(Decoding.Pieces(bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))])).Fault.ToString());
        Assert.Equal(expected == nameof(OtlpFault.None), OtlpReference.TryParse(bytes, out _, out _));
    }

    [Theory]
    [InlineData(64, false, nameof(OtlpFault.None))]
    [InlineData(64, true, nameof(OtlpFault.None))]
    [InlineData(65, false, nameof(OtlpFault.TooDeep))]
    [InlineData(65, true, nameof(OtlpFault.TooDeep))]
    [InlineData(100, true, nameof(OtlpFault.TooDeep))]
    public void Decode_NestedValues_AreTakenTo64Levels(int levels, bool isMap, string expected)
    {
        ProtoRecord body = new() { Body = OtlpSamples.Nested(levels, isMap) };
        ProtoRecord attribute = new() { Attributes = { OtlpSamples.Pair("a", OtlpSamples.Nested(levels, isMap)) } };
        ResourceLogs resource = new() { Resource = new Resource { Attributes = { OtlpSamples.Pair("a", OtlpSamples.Nested(levels, isMap)) } } };
        ResourceLogs scope = new() { ScopeLogs = { new ScopeLogs { Scope = new InstrumentationScope { Attributes = { OtlpSamples.Pair("a", OtlpSamples.Nested(levels, isMap)) } } } } };

        Assert.Equal(expected, Decoding.Of(OtlpSamples.Request(body).ToByteArray()).Fault.ToString());
        Assert.Equal(expected, Decoding.Of(OtlpSamples.Request(attribute).ToByteArray()).Fault.ToString());
        Assert.Equal(expected, Decoding.Of(new ExportLogsServiceRequest { ResourceLogs = { resource } }.ToByteArray()).Fault.ToString());
        Assert.Equal(expected, Decoding.Of(new ExportLogsServiceRequest { ResourceLogs = { scope } }.ToByteArray()).Fault.ToString());
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x2A })] // The values of a list of the value.
    [InlineData(new byte[] { 0x12, 0x0A, 0x32 })] // The value of a pair of a map of the value.
    public void Decode_100000Levels_AreRefusedWithoutOverflow(byte[] tags)
    {
        List<byte[]> heads = [];
        int length = 0;
        for (int level = 0; level < 100_000; level++)
        {
            foreach (byte tag in tags)
            {
                heads.Add([tag, .. Varint(length)]);
                length += heads[^1].Length;
            }
        }

        heads.Reverse();
        byte[] value = [.. heads.SelectMany(head => head)];
        byte[] record = [0x2A, .. Varint(value.Length), .. value];
        byte[] scope = [0x12, .. Varint(record.Length), .. record];
        byte[] group = [0x12, .. Varint(scope.Length), .. scope];
        Assert.Equal(OtlpFault.TooDeep, Decoding.Of([0x0A, .. Varint(group.Length), .. group]).Fault);
    }

    [Fact]
    public void Decode_GroupsWithin100000Groups_AreRefusedWithoutOverflow() =>
        Assert.Equal(OtlpFault.TooDeep, Decoding.Of([.. Enumerable.Repeat((byte)0x0B, 100_000), .. Enumerable.Repeat((byte)0x0C, 100_000)]).Fault);

    [Fact]
    public void Decode_LargeRequest_BecomesBatchesThatEachHoldTheirGroup()
    {
        ExportLogsServiceRequest request = OtlpSamples.Typical(5_000);
        request.ResourceLogs.Add(OtlpSamples.Group("nginx", "web2", [.. Enumerable.Range(0, 500).Select(i => OtlpSamples.Record("line " + i))]));
        Decoding decoding = Decoding.Of(request.ToByteArray());

        Assert.Equal(OtlpFault.None, decoding.Fault);
        Assert.InRange(decoding.Batches.Count, 5, 30);
        Assert.All(decoding.Batches, batch => Assert.InRange(batch.Buffer.Length, 1, RecordBatchPool.LargeBytes));
        Assert.Equal(OtlpReference.Dump(request), Dump(decoding));
    }

    [Fact]
    public void Decode_ResourceLargerThanABatch_IsNotCopiedForEveryRecord()
    {
        ExportLogsServiceRequest request = OtlpSamples.Typical(5_000);
        request.ResourceLogs[0].Resource.Attributes.Add(OtlpSamples.Pair("huge", OtlpSamples.Text(new string('h', 1_000_000))));
        byte[] bytes = request.ToByteArray();
        Decoding decoding = Decoding.Of(bytes);

        Assert.Equal(5_000, decoding.Records.Count());
        Assert.All(decoding.Batches, batch => Assert.Equal(request.ResourceLogs[0].Resource.CalculateSize(), batch.Sources[0].Resource.Length));
        Assert.InRange(decoding.Batches.Sum(batch => (long)batch.BytesUsed), 0, 2 * bytes.Length);
    }

    [Fact]
    public void Decode_EmptyRecords_AreRecordsAndKeepBatchesSmall()
    {
        ExportLogsServiceRequest request = OtlpSamples.Request([.. Enumerable.Range(0, 20_000).Select(_ => new ProtoRecord())]);
        Decoding decoding = Decoding.Of(request.ToByteArray());
        Assert.Equal(20_000, decoding.Records.Count());
        Assert.All(decoding.Batches, batch => Assert.InRange(batch.MemoryBytes, 0, 1_000_000));
    }

    [Theory]
    [InlineData(10, nameof(OtlpFault.None))]
    [InlineData(9, nameof(OtlpFault.TooManyRecords))]
    public void Decode_RecordLimit_RefusesOneMore(int limit, string expected) =>
        Assert.Equal(expected, Decoding.Of(OtlpSamples.Typical(10).ToByteArray(), limit).Fault.ToString());

    [Fact]
    public void Decode_ResourceBehindItsRecordsAndInParts_IsMerged()
    {
        ResourceLogs records = new() { ScopeLogs = { new ScopeLogs { LogRecords = { OtlpSamples.Record() } } } };
        ResourceLogs first = new() { Resource = new Resource { Attributes = { OtlpSamples.Pair("service.name", OtlpSamples.Text("late")) } }, SchemaUrl = "a-longer-url" };
        ResourceLogs second = new() { Resource = new Resource { Attributes = { OtlpSamples.Pair("host.name", OtlpSamples.Text("h")) } }, SchemaUrl = "url" };
        byte[] group = [.. records.ToByteArray(), .. first.ToByteArray(), .. second.ToByteArray()];
        byte[] bytes = [0x0A, .. Varint(group.Length), .. group];
        (RecordBatch batch, LogRecord record) = Decoding.Of(bytes).Single;

        Assert.Equal("late", Decoding.TextOf(batch, record.AppName));
        Assert.Equal("h", Decoding.TextOf(batch, record.Hostname));
        Assert.Equal("url", Decoding.TextOf(batch, batch.Sources[record.Source].ResourceSchemaUrl));
        Assert.Equal(2, Resource.Parser.ParseFrom(batch[batch.Sources[record.Source].Resource]).Attributes.Count);
    }

    public static TheoryData<AnyValue, string> Bodies => new()
    {
        { OtlpSamples.Text("plain"), "plain" },
        { OtlpSamples.Text(""), "" },
        { new AnyValue(), "" },
        { new AnyValue { IntValue = -42 }, "-42" },
        { new AnyValue { DoubleValue = 0.5 }, "0.5" },
        { new AnyValue { DoubleValue = double.NaN }, "\"NaN\"" },
        { new AnyValue { DoubleValue = double.NegativeInfinity }, "\"-Infinity\"" },
        { new AnyValue { BoolValue = true }, "true" },
        { new AnyValue { BytesValue = ByteString.CopyFromUtf8("text") }, "text" },
        { new AnyValue { BytesValue = ByteString.CopyFrom(0xFF, 0x00) }, "\"/wA=\"" },
        { OtlpSamples.List(OtlpSamples.Text("a\"\\\n\u0001é"), new AnyValue(), new AnyValue { IntValue = long.MinValue }), "[\"a\\\"\\\\\\n\\u0001é\",null,-9223372036854775808]" },
        { OtlpSamples.Map(OtlpSamples.Pair("msg", OtlpSamples.Text("hello")), OtlpSamples.Pair("level", OtlpSamples.Text("info"))), "hello" },
        { OtlpSamples.Map(OtlpSamples.Pair("event", OtlpSamples.Text("e")), OtlpSamples.Pair("message", OtlpSamples.Text("m"))), "m" },
        { OtlpSamples.Map(OtlpSamples.Pair("message", OtlpSamples.Text("")), OtlpSamples.Pair("log", OtlpSamples.Text("l"))), "l" },
        { OtlpSamples.Map(OtlpSamples.Pair("type", new AnyValue { IntValue = 0 }), OtlpSamples.Pair("in", OtlpSamples.Map(OtlpSamples.Pair("x", OtlpSamples.List())))), "{\"type\":0,\"in\":{\"x\":[]}}" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Decode_Body_HasTextToClassify(AnyValue body, string expected)
    {
        (RecordBatch batch, LogRecord record) = Decoding.Of(OtlpSamples.Request(new ProtoRecord { Body = body }).ToByteArray()).Single;
        Assert.Equal(expected, Decoding.TextOf(batch, record.Body));
        Assert.Equal(body, ProtoRecord.Parser.ParseFrom(batch[record.Original]).Body);
    }

    public static TheoryData<AnyValue, AnyValue, string> BodiesSentTwice => new()
    {
        { OtlpSamples.Text("first"), OtlpSamples.Text("last"), "last" },
        { OtlpSamples.Text("first"), OtlpSamples.Text(""), "" },
        { OtlpSamples.Text("first"), new AnyValue(), "first" },
        { new AnyValue(), OtlpSamples.Text("last"), "last" },
        { OtlpSamples.Text("first"), new AnyValue { IntValue = 5 }, "5" },
        { new AnyValue { IntValue = 5 }, OtlpSamples.Text("last"), "last" },
        { new AnyValue { IntValue = 5 }, new AnyValue(), "5" },
        { OtlpSamples.Text("first"), OtlpSamples.List(OtlpSamples.Text("a")), "[\"a\"]" },
    };

    /// <summary>The last one that says something counts, for the text and for who reads the record later.</summary>
    [Theory]
    [MemberData(nameof(BodiesSentTwice))]
    public void Parse_BodyTwice_TheLastThatSaysSomethingCounts(AnyValue first, AnyValue last, string expected)
    {
        byte[] record = [.. new ProtoRecord { Body = first }.ToByteArray(), .. new ProtoRecord { Body = last }.ToByteArray()];
        byte[] scope = [0x12, .. Varint(record.Length), .. record];
        byte[] group = [0x12, .. Varint(scope.Length), .. scope];
        (RecordBatch batch, LogRecord decoded) = Decoding.Of([0x0A, .. Varint(group.Length), .. group]).Single;
        Assert.Equal(expected, Decoding.TextOf(batch, decoded.Body));
        OtlpValue kept = new OtlpRecordReader(batch[decoded.Original]).Body;
        Assert.True(OtlpBodyText.TryFind(in kept, out ReadOnlySpan<byte> text) ? batch[decoded.Body].SequenceEqual(text) : kept.Kind is OtlpValueKind.Integer or OtlpValueKind.List);
    }

    /// <summary>Its batch is made to measure and ends where the record ends.</summary>
    [Fact]
    public void Decode_RecordAtTheEndOfItsBuffer_IsReadToTheEnd()
    {
        ProtoRecord sent = OtlpSamples.Record(new string('b', RecordBatchPool.LargeBytes));
        sent.Attributes.Add(OtlpSamples.Pair("last", OtlpSamples.Text("é")));
        ExportLogsServiceRequest request = OtlpSamples.Request(sent);
        Assert.Equal(OtlpReference.Dump(request), Dump(Decoding.Of(request.ToByteArray())));

        byte[] message = new ProtoRecord { Attributes = { OtlpSamples.Pair("k", OtlpSamples.Text("a\u0001")) } }.ToByteArray();
        message[^1] = 0xFF;
        LogRecord record = default;
        Assert.Equal(OtlpFault.None, OtlpRecordParser.Parse(message, 0, message.Length, OtlpSamples.Now, ref record, out _));
        Assert.Equal(ParseMarks.InvalidUtf8, record.Marks);
    }

    [Fact]
    public void Decode_RenderedBodiesBeyondTheBatch_MoveToTheNext()
    {
        AnyValue body = OtlpSamples.List(OtlpSamples.Text(new string('\u0001', 3_000)));
        string expected = "[\"" + string.Concat(Enumerable.Repeat("\\u0001", 3_000)) + "\"]";
        ExportLogsServiceRequest request = OtlpSamples.Request([.. Enumerable.Range(0, 300).Select(_ => new ProtoRecord { Body = body })]);
        Decoding decoding = Decoding.Of(request.ToByteArray());

        Assert.Equal(300, decoding.Records.Count());
        Assert.All(decoding.Records, item => Assert.Equal(expected, Decoding.TextOf(item.Batch, item.Record.Body)));
        Assert.Equal(OtlpReference.Dump(request), Dump(decoding));
    }

    [Fact]
    public void Decode_RenderingOver64KiB_IsCutAndMarked()
    {
        AnyValue body = OtlpSamples.List(OtlpSamples.Text(string.Concat(Enumerable.Repeat("é", 50_000))));
        (RecordBatch batch, LogRecord record) = Decoding.Of(OtlpSamples.Request(new ProtoRecord { Body = body }).ToByteArray()).Single;
        Assert.InRange(record.Body.Length, (64 * 1024) - 3, 64 * 1024);
        Assert.DoesNotContain('\uFFFD', Decoding.TextOf(batch, record.Body));
        Assert.Equal(ParseMarks.Truncated, record.Marks);
        Assert.Equal(body, ProtoRecord.Parser.ParseFrom(batch[record.Original]).Body);
    }

    [Theory]
    [InlineData(16, 8, ParseMarks.None, 16, 8)]
    [InlineData(0, 0, ParseMarks.None, 0, 0)]
    [InlineData(15, 8, ParseMarks.InvalidTraceId, 0, 8)]
    [InlineData(24, 12, ParseMarks.InvalidTraceId, 0, 0)]
    [InlineData(16, 16, ParseMarks.InvalidTraceId, 16, 0)]
    public void Decode_IdsOfAWrongLength_AreLeftOutAndMarked(int trace, int span, ParseMarks marks, int traceLeft, int spanLeft)
    {
        ProtoRecord sent = OtlpSamples.Record();
        sent.TraceId = ByteString.CopyFrom(Enumerable.Repeat((byte)9, trace).ToArray());
        sent.SpanId = ByteString.CopyFrom(Enumerable.Repeat((byte)9, span).ToArray());
        Decoding decoding = Decoding.Of(OtlpSamples.Request(sent, OtlpSamples.Record("next")).ToByteArray());
        (RecordBatch batch, LogRecord record) = decoding.Records.First();
        ProtoRecord kept = ProtoRecord.Parser.ParseFrom(batch[record.Original]);

        Assert.Equal(marks, record.Marks);
        Assert.Equal((traceLeft, spanLeft), (kept.TraceId.Length, kept.SpanId.Length));
        kept.TraceId = sent.TraceId;
        kept.SpanId = sent.SpanId;
        Assert.Equal(sent, kept);
        Assert.Equal(sent.Body.StringValue, Decoding.TextOf(batch, record.Body));
        Assert.Equal(OtlpSamples.Record("next"), ProtoRecord.Parser.ParseFrom(batch[decoding.Records.Last().Record.Original]));
    }

    /// <summary>Sent twice, as protobuf allows: the last one counts, and when it is wrong there is none.</summary>
    [Theory]
    [InlineData(16, 3, 0)]
    [InlineData(3, 16, 16)]
    [InlineData(16, 16, 16)]
    public void Parse_TraceIdTwice_TheLastCounts(int first, int last, int left)
    {
        byte[] message = [0x4A, (byte)first, .. Enumerable.Repeat((byte)1, first), 0x10, 9, 0x4A, (byte)last, .. Enumerable.Repeat((byte)2, last)];
        LogRecord record = default;
        Assert.Equal(OtlpFault.None, OtlpRecordParser.Parse(message, 0, message.Length, OtlpSamples.Now, ref record, out _));
        ProtoRecord kept = ProtoRecord.Parser.ParseFrom(message.AsSpan(0, record.Original.Length));
        Assert.Equal(Enumerable.Repeat((byte)2, left), kept.TraceId.ToByteArray());
        Assert.Equal(9, (int)kept.SeverityNumber);
        Assert.Equal(first + last == 32 ? ParseMarks.None : ParseMarks.InvalidTraceId, record.Marks);
    }

    [Theory]
    [InlineData(0UL, 0UL, 0L, OtlpSamples.Now, ParseMarks.None)]
    [InlineData(5UL, 0UL, 5L, OtlpSamples.Now, ParseMarks.None)]
    [InlineData(0UL, 7UL, 0L, 7L, ParseMarks.None)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, long.MaxValue, long.MaxValue, ParseMarks.FutureTimestamp)]
    public void Decode_Times_AreClampedAndNeverInvented(ulong time, ulong observed, long expected, long expectedObserved, ParseMarks marks)
    {
        LogRecord record = Decoding.Of(OtlpSamples.Request(new ProtoRecord { TimeUnixNano = time, ObservedTimeUnixNano = observed }).ToByteArray()).Single.Record;
        Assert.Equal((expected, expectedObserved, marks), (record.TimestampUnixNano, record.ObservedUnixNano, record.Marks));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(24, 24)]
    [InlineData(25, 24)]
    [InlineData(255, 24)]
    [InlineData(int.MaxValue, 24)]
    [InlineData(-1, 0)]
    public void Decode_SeverityNumber_IsClamped(int sent, byte expected)
    {
        (RecordBatch batch, LogRecord record) = Decoding.Of(OtlpSamples.Request(new ProtoRecord { SeverityNumber = (SeverityNumber)sent }).ToByteArray()).Single;
        Assert.Equal(expected, record.SeverityNumber);
        Assert.Equal(sent, (int)ProtoRecord.Parser.ParseFrom(batch[record.Original]).SeverityNumber);
    }

    [Fact]
    public void Decode_TextThatIsNotUtf8_IsKeptAndMarked()
    {
        byte[] bytes = OtlpSamples.Request(OtlpSamples.Record("abc\u0001def"), OtlpSamples.Record("fine")).ToByteArray();
        bytes[bytes.AsSpan().IndexOf("abc\u0001def"u8) + 3] = 0xFF;
        Decoding decoding = Decoding.Of(bytes);
        Assert.Equal([ParseMarks.InvalidUtf8, ParseMarks.None], decoding.Records.Select(item => item.Record.Marks));
        (RecordBatch batch, LogRecord record) = decoding.Records.First();
        Assert.True(batch[record.Body].SequenceEqual("abc"u8.ToArray().Concat<byte>([0xFF]).Concat("def"u8.ToArray()).ToArray()));
    }

    static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    static string Dump(Decoding decoding) => OtlpReference.Dump(decoding);
}
