using System.Text;
using System.Text.Json;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs.Formats;

public sealed class RecordJsonTests
{
    static readonly Verdict ByModel = new()
    {
        Severity = Severity.Critical,
        Category = Category.Security,
        Confidence = 0.97f,
        CriticalProbability = 0.97f,
        Source = VerdictSource.Model,
        TemplateId = 0x0f1c53aa0b1d4e22,
    };

    static readonly PeerAddress Peer = PeerAddress.V4([10, 0, 0, 7], 49152);

    [Fact]
    public void Write_SyslogRecords_HaveTheDocumentedShape()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add(
                "SQL injection attempt detected in API.", "web1", "sshd", "812", "ID47", """[exampleSDID@32473 iut="3" eventSource="App"][empty]""",
                peer: Peer, verdict: ByModel, set: (ref LogRecord r) => (r.SeverityNumber, r.Facility) = (17, 4))
            .Add("no header at all", peer: PeerAddress.V6([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 514), set: (ref LogRecord r) =>
                (r.Marks, r.TimestampUnixNano) = (ParseMarks.MissingPri | ParseMarks.MissingTimestamp | ParseMarks.MissingHostname, 0))
            .Add("every mark", host: "h", set: (ref LogRecord r) => r.Marks = (ParseMarks)((1 << ParseMarkNames.All.Count) - 1))
            .Add("by rule", host: "h", verdict: ByModel with { Source = VerdictSource.Rule, Confidence = 1 }, set: (ref LogRecord r) => r.Facility = 23)
            .Add("", host: "h");
        Snapshot.Verify(Lines(builder), "jsonl");
    }

    [Theory]
    [InlineData("123: x", 0, 3, ",\"sequence_id\":\"123\",")]
    [InlineData("bigip1 notice a: x", 7, 6, ",\"level_word\":\"notice\",")]
    [InlineData("x", 0, 0, "sequence_id")]
    public void Write_WordOfADialect_HasItsOwnMember(string line, int offset, int length, string member)
    {
        BatchBuilder builder = new BatchBuilder().Add("x", host: "h", original: Encoding.UTF8.GetBytes(line), set: (ref LogRecord r) => (r.HeaderWordOffset, r.HeaderWordLength) = ((byte)offset, (byte)length));
        string written = Lines(builder);
        Assert.Equal(length > 0, written.Contains(member, StringComparison.Ordinal));
        Assert.Equal(length > 0, written.Contains("sequence_id", StringComparison.Ordinal) || written.Contains("level_word", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_AnyBytes_AreOneLineOfValidUtf8()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add("line one\nline two\r\n\"quoted\" back\\slash \t\b\f\0\u001b[31mred\u007f", host: "h\n", app: "a\"b")
            .Add("C1 \u0085 \u009b, separators \u2028 \u2029, bidi \u202e \u2066, plain \u00a0 \u00e9 \u2026 \u2070 \U0001f600", host: "h")
            .Add(host: "h", rawBody: [.. "latin-1 caf"u8, 0xE9, .. " and "u8, 0xC3, 0x28, 0xF0, 0x9F, 0x98, (byte)'x', 0xFF, 0xED, 0xA0, 0x80])
            .Add(host: "h", structuredData: "[a b=\"q\\\"q\\\\q\\]q\\n\nx\"]")
            .Add("marked", host: "h", set: (ref LogRecord r) => r.Marks = ParseMarks.InvalidUtf8);
        Snapshot.Verify(Lines(builder), "jsonl");
    }

    [Fact]
    public void Write_RepeatedStructuredData_LosesNothingAndRepeatsNoKey()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add(host: "h", structuredData: """[origin ip="192.0.2.1" ip="192.0.2.129"][x a="1"][origin software="s" ip="::1"]""")
            .Add(host: "h", structuredData: string.Concat(Enumerable.Range(0, 40).Select(i => $"[id{i} n=\"{i}\"]")));
        Snapshot.Verify(Lines(builder), "jsonl");
    }

    [Fact]
    public void Write_TenThousandRepeatedParameters_IsLinear()
    {
        string data = "[a" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $" p{i % 5000}=\"{i}\"")) + "]";
        BatchBuilder builder = new BatchBuilder { BufferBytes = 1 << 20 }.Add(host: "h", structuredData: data);
        using JsonDocument line = JsonDocument.Parse(Lines(builder));
        JsonElement element = line.RootElement.GetProperty("structured_data").GetProperty("a");
        Assert.Equal(5000, element.EnumerateObject().Count());
        Assert.Equal("7499", element.GetProperty("p2499")[1].GetString());
    }

    [Fact]
    public void Write_RandomBytesInEveryField_GivesWhatAJsonParserReads()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            byte[] body = new byte[random.Next(1, 200)];
            random.NextBytes(body);
            if (round % 2 == 0)
            {
                body = Encoding.UTF8.GetBytes(string.Concat(body.Select(b => (char)(b < 128 ? b : b + 0x1F90))));
            }

            string line = Lines(new BatchBuilder().Add(rawBody: body));
            Assert.True(line.AsSpan(..^1).IndexOfAnyInRange('\0', '\x1f') < 0, $"seed {seed}: {line}");
            using JsonDocument document = JsonDocument.Parse(line);
            Assert.True(Encoding.UTF8.GetString(body) == document.RootElement.GetProperty("body").GetString(), $"seed {seed}: {Convert.ToHexString(body)}");
            if (document.RootElement.TryGetProperty("original_base64", out JsonElement original))
            {
                Assert.Equal(body, original.GetBytesFromBase64());
            }
            else
            {
                Assert.True(System.Text.Unicode.Utf8.IsValid(body));
            }
        }
    }

    [Fact]
    public void Write_InSteadyState_AllocatesNothing()
    {
        ClassifiedBatch batch = Typical().Build(new ClassifiedBatchPool(new Ledger()));
        RecordJson json = new();
        using PayloadBuffer buffer = new();
        json.WriteLine(buffer, batch, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            buffer.Clear();
            json.WriteLine(buffer, batch, i % 2);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000000000Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999999Z")]
    [InlineData(951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z")]
    [InlineData(long.MaxValue, "2262-04-11T23:47:16.854775807Z")]
    [InlineData(long.MinValue, "1677-09-21T00:12:43.145224192Z")]
    public void Rfc3339_AnyTime_HasNineDigits(long unixNano, string expected)
    {
        byte[] text = new byte[Rfc3339.Length];
        Rfc3339.Write(text, unixNano);
        Assert.Equal(expected, Encoding.ASCII.GetString(text));
    }

    [Theory]
    [InlineData(0f, "0")]
    [InlineData(1f, "1")]
    [InlineData(0.99999f, "1")]
    [InlineData(0.97f, "0.97")]
    [InlineData(0.0003f, "0.0003")]
    [InlineData(0.12345f, "0.1235")]
    [InlineData(float.NaN, "0")]
    public void Probability_AnyValue_HasUpToFourDecimals(float value, string expected)
    {
        byte[] text = new byte[ProbabilityText.LengthMax];
        Assert.Equal(expected, Encoding.ASCII.GetString(text, 0, ProbabilityText.Write(text, value)));
    }

    static BatchBuilder Typical() => new BatchBuilder()
        .Add(
            "Failed password for invalid user admin from 203.0.113.7 port 51234 ssh2", "web1", "sshd", "812", "", """[a@1 k="v" k2="v2"]""",
            peer: Peer, verdict: ByModel, set: (ref LogRecord r) => (r.SeverityNumber, r.Facility) = (17, 4))
        .Add("Accepted publickey for deploy from 10.1.2.3 port 40022 ssh2", "web2", "sshd", "813", peer: Peer, verdict: ByModel);

    static string Lines(BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
        RecordJson json = new();
        using PayloadBuffer buffer = new(16);
        for (int i = 0; i < batch.Count; i++)
        {
            json.WriteLine(buffer, batch, i);
        }

        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.Span);
        Assert.Equal(batch.Count, text.Count(c => c == '\n'));
        return text;
    }
}
