using Collector.Outputs.Otlp;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using Receivers;
using Tests.Shared;
using static Collector.Tests.Outputs.Requests.Payloads;
using ProtoRecord = OpenTelemetry.Proto.Logs.V1.LogRecord;

namespace Collector.Tests.Outputs.Otlp;

public sealed class OtlpPayloadTests
{
    static readonly PeerAddress Peer = PeerAddress.V4([10, 0, 0, 7], 49152);

    [Fact]
    public void Write_SyslogRecords_HaveTheDocumentedShape()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add(
                "Failed password for root", "web1", "sshd", "812", "ID47", "[a@1 k=\"v\\\"\" l=\"1\"][b x=\"y\"]", peer: Peer, verdict: ByModel,
                set: (ref Receivers.LogRecord r) => (r.Facility, r.SeverityNumber) = (4, 18))
            .Add("no header at all", peer: Peer, set: (ref Receivers.LogRecord r) => (r.TimestampUnixNano, r.Marks) = (0, ParseMarks.MissingPri | ParseMarks.MissingTimestamp))
            .Add("again", "web1", "sshd", structuredData: "[a k=\"1\" k=\"2\"][b][a l=\"3\"]", set: (ref Receivers.LogRecord r) => r.SeverityNumber = 9)
            .Add("", "web1", "cron", rawBody: [(byte)'x', 0xFF, (byte)'y'], set: (ref Receivers.LogRecord r) => r.Marks = ParseMarks.InvalidUtf8);
        Snapshot.Verify(Text(Encode(builder)), "json");
    }

    [Fact]
    public void Write_OtlpRecords_GoOnAsTheyCameWithTheVerdictBeside()
    {
        Resource resource = new() { Attributes = { Pair("service.name", "shop") } };
        BatchBuilder builder = New();
        Add(builder, new ProtoRecord { Body = Value("pay"), SeverityNumber = SeverityNumber.Error, SeverityText = "Error", EventName = "paid", Flags = 0x101, TimeUnixNano = 5, ObservedTimeUnixNano = 6 }, resource);
        Add(builder, new ProtoRecord { Body = new AnyValue { KvlistValue = new KeyValueList { Values = { Pair("message", "no time of receipt") } } } }, resource);
        Snapshot.Verify(Text(Encode(builder)), "json");
    }

    [Fact]
    public void Write_AnyOtlpRecords_EqualsWhatTheGeneratedClassesSay()
    {
        for (int round = 0; round < 60; round++)
        {
            int seed = Random.Shared.Next();
            OtlpRecords random = new(seed);
            (Resource Resource, InstrumentationScope Scope)[] groups = [.. Enumerable.Range(0, 3).Select(_ => (random.Resource(), random.Scope()))];
            BatchBuilder builder = New();
            List<(int Group, ProtoRecord Record)> expected = [];
            for (int i = 0; i < 40; i++)
            {
                int group = random.Next(groups.Length);
                ProtoRecord record = random.Record();
                Add(builder, record, groups[group].Resource, groups[group].Scope);
                expected.Add((group, Judged(record)));
            }

            ExportLogsServiceRequest request = Encode(builder);
            Assert.True(
                groups.Select((g, n) => (g, n)).Where(g => expected.Any(e => e.Group == g.n)).All(g => request.ResourceLogs
                    .Where(r => (r.Resource ?? new()).Equals(g.g.Resource) && (r.ScopeLogs.Single().Scope ?? new()).Equals(g.g.Scope))
                    .SelectMany(r => r.ScopeLogs.Single().LogRecords)
                    .SequenceEqual(expected.Where(e => groups[e.Group].Resource.Equals(g.g.Resource) && groups[e.Group].Scope.Equals(g.g.Scope)).Select(e => e.Record))),
                $"seed {seed}");
            Assert.Equal(expected.Count, request.ResourceLogs.Sum(r => r.ScopeLogs.Sum(s => s.LogRecords.Count)));
        }
    }

    [Fact]
    public void Write_AnySyslogRecords_EqualsWhatTheGeneratedClassesSay()
    {
        int seed = Random.Shared.Next();
        OtlpRecords random = new(seed);
        BatchBuilder builder = new() { BufferBytes = 1 << 20 };
        List<(string Host, string App, string Body)> sent = [];
        for (int i = 0; i < 500; i++)
        {
            (string host, string app, string body) = ("h" + random.Next(5), random.Maybe() ? "a" + random.Next(5) : "", "b" + random.Text());
            builder.Add(body, host, app);
            sent.Add((host, app, body));
        }

        List<(string, string, string)> got = [.. Encode(builder).ResourceLogs.SelectMany(r => r.ScopeLogs.Single().LogRecords.Select(record => (
            Find(r.Resource.Attributes, "host.name"), Find(r.Resource.Attributes, "service.name"), record.Body.StringValue)))];
        // Grouped by host and app, in order within a group.
        Assert.True(sent.GroupBy(s => (s.Host, s.App)).SelectMany(g => g).SequenceEqual(got), $"seed {seed}");
    }

    [Fact]
    public void Write_AVerdictOfACollectorBefore_GivesWayToOurs()
    {
        BatchBuilder builder = New();
        ProtoRecord record = new() { ObservedTimeUnixNano = 1, Attributes = { Pair("collector.severity", "info"), Pair("mine", "collector.severity"), Pair("collector.parse", "kept"), Pair("collector.model", "old") } };
        Add(builder, record);
        ProtoRecord sent = Encode(builder).ResourceLogs.Single().ScopeLogs.Single().LogRecords.Single();
        Assert.Equal(["critical"], sent.Attributes.Where(a => a.Key == "collector.severity").Select(a => a.Value.StringValue));
        Assert.Equal(["severity-1"], sent.Attributes.Where(a => a.Key == "collector.model").Select(a => a.Value.StringValue));
        Assert.Equal(["mine", "collector.parse"], sent.Attributes.Take(2).Select(a => a.Key));
    }

    [Fact]
    public void Write_StringsThatAreNotUtf8_AreMendedAndTheRecordIsKept()
    {
        byte[] record = new ProtoRecord { ObservedTimeUnixNano = 1, SeverityText = "Qx", Body = Value("QyQ"), Attributes = { Pair("k", "Qz"), Pair("l", "fine") } }.ToByteArray();
        byte[] resource = new Resource { Attributes = { Pair("service.name", "Q") } }.ToByteArray();
        Break(record);
        Break(resource);
        BatchBuilder builder = New();
        builder.Add("", original: record, resource: resource, verdict: ByModel, set: (ref Receivers.LogRecord r) => r.Marks = ParseMarks.InvalidUtf8);
        ResourceLogs group = Encode(builder).ResourceLogs.Single();
        ProtoRecord sent = group.ScopeLogs.Single().LogRecords.Single();
        Assert.Equal("\uFFFD", Find(group.Resource.Attributes, "service.name"));
        Assert.Equal("\uFFFDx", sent.SeverityText);
        Assert.Equal("\uFFFDy\uFFFD", sent.Body.StringValue);
        Assert.Equal("\uFFFDz", Find(sent.Attributes, "k"));
        Assert.Equal("fine", Find(sent.Attributes, "l"));
        Assert.Equal(record, sent.Attributes.Single(a => a.Key == "log.record.original").Value.BytesValue.ToByteArray());
    }

    [Theory]
    [InlineData(RecordFormat.Syslog)]
    [InlineData(RecordFormat.Otlp)]
    public void Write_MoreThanARequestHolds_SplitsBySizeAndLeavesOutWhatIsTooLarge(RecordFormat format)
    {
        BatchBuilder builder = new() { Receiver = "otlp", Format = format, BufferBytes = 1 << 20 };
        foreach (string body in ManyBodies)
        {
            builder.Add(body, format == RecordFormat.Syslog ? "web1" : "", original: format == RecordFormat.Syslog ? null : new ProtoRecord { Body = Value(body) }.ToByteArray());
        }

        Assert.Equal(
            ManyBodies.Where(b => b.Length < 2000), Split(bytesMax => new OtlpPayload(bytesMax), builder).SelectMany(r => Bodies(ExportLogsServiceRequest.Parser.ParseFrom(r))));
    }

    [Theory]
    [InlineData(RecordFormat.Syslog)]
    [InlineData(RecordFormat.Otlp)]
    public void Write_InSteadyState_AllocatesNothing(RecordFormat format)
    {
        BatchBuilder builder = new() { Format = format };
        for (int i = 0; i < 20; i++)
        {
            builder.Add(
                "Failed password", "web" + (i % 3), "sshd", "812", structuredData: format == RecordFormat.Syslog ? "[a@1 k=\"v\"]" : "", peer: Peer, verdict: ByModel,
                original: format == RecordFormat.Syslog ? null : new ProtoRecord { Body = Value("Failed password"), Attributes = { Pair("k", "v") } }.ToByteArray(),
                resource: format == RecordFormat.Syslog ? null : new Resource { Attributes = { Pair("service.name", "sshd") } }.ToByteArray());
        }

        AssertAllocatesNothing(new OtlpPayload(4 << 20), builder);
    }

    static BatchBuilder New() => new() { Receiver = "otlp", Transport = "grpc", Format = RecordFormat.Otlp, BufferBytes = 1 << 20 };

    static void Add(BatchBuilder builder, ProtoRecord record, Resource? resource = null, InstrumentationScope? scope = null) => builder.Add(
        "", original: record.ToByteArray(), resource: resource?.ToByteArray(), scope: scope?.ToByteArray(), verdict: ByModel);

    static ProtoRecord Judged(ProtoRecord record)
    {
        ProtoRecord judged = record.Clone();
        judged.ObservedTimeUnixNano = record.ObservedTimeUnixNano == 0 ? BatchBuilder.Noon + 1_000_000 : record.ObservedTimeUnixNano;
        judged.Attributes.Add(
        [
            Pair("collector.severity", "critical"), Pair("collector.category", "security"), Pair("collector.verdict.source", "model"),
            new KeyValue { Key = "collector.confidence", Value = new AnyValue { DoubleValue = 0.97 } },
            Pair("collector.template.id", "9f1c53aa0b1d4e22"), Pair("collector.model", "severity-1"),
        ]);
        return judged;
    }

    static void Break(byte[] message)
    {
        for (int i = 0; i < message.Length; i++)
        {
            message[i] = message[i] == 'Q' ? (byte)0xFF : message[i];
        }
    }

    static ExportLogsServiceRequest Encode(BatchBuilder builder) => ExportLogsServiceRequest.Parser.ParseFrom(Payloads.Encode(new OtlpPayload(64 << 20), builder));

    static IEnumerable<string> Bodies(ExportLogsServiceRequest request) =>
        request.ResourceLogs.SelectMany(r => r.ScopeLogs).SelectMany(s => s.LogRecords).Select(r => r.Body.StringValue);

    static string Text(ExportLogsServiceRequest request) => new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation()).Format(request);

    static string Find(IEnumerable<KeyValue> attributes, string key) => attributes.FirstOrDefault(a => a.Key == key)?.Value.StringValue ?? "";
}
