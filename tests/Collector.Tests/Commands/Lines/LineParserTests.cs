using System.Text;
using Collector.Commands.Lines;
using Receivers;

namespace Collector.Tests.Commands.Lines;

public sealed class LineParserTests
{
    const string Otlp = """
        {"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h"}},{"key":"service.name","value":{"stringValue":"cart"}}]},
        "scopeLogs":[{"scope":{},"logRecords":[{"severityNumber":17,"body":{"stringValue":"one \u00e9"}},{"body":{"kvlistValue":{"values":[]}}},{}]}]},
        {"scopeLogs":[{"logRecords":[{"body":{"stringValue":"two"},"severityNumber":9}]}]}]}
        """;

    [Theory]
    [InlineData("User logged in successfully.", "Plain", "", "User logged in successfully.", 0)]
    [InlineData("Error: cannot open file", "Plain", "", "Error: cannot open file", 0)]
    [InlineData("2026-11-25 10:00:00,123 ERROR db.Pool - timeout\r", "Plain", "", "2026-11-25 10:00:00,123 ERROR db.Pool - timeout", 0)]
    [InlineData("2026-11-25T10:00:00Z ERROR db: connection lost", "Plain", "", "2026-11-25T10:00:00Z ERROR db: connection lost", 0)]
    [InlineData("2026-11-25T10:00:00.1Z [warn] db: slow", "Plain", "", "2026-11-25T10:00:00.1Z [warn] db: slow", 0)]
    [InlineData("<34>1 2026-11-25T10:00:00Z web1 sshd 812 - - bad login", "Syslog", "sshd", "bad login", 18)]
    [InlineData("<13>Nov 25 10:00:00 web1 cron[7]: run", "Syslog", "cron", "run", 10)]
    [InlineData("Nov 25 10:00:00 web1 sshd[812]: Failed password", "Syslog", "sshd", "Failed password", 0)]
    [InlineData("2026-11-25T10:00:00.123456+01:00 web1 kernel: oops", "Syslog", "kernel", "oops", 0)]
    [InlineData("""{"app":"nginx","msg":"a \"quoted\" \u001b[31m line"}""", "Json", "nginx", "a \"quoted\" \u001b[31m line", 0)]
    [InlineData("""{"message":"m"}""", "Json", "", "m", 0)]
    [InlineData("""  {"body":"b","app":"x","severity_number":17}""", "Json", "x", "b", 17)]
    [InlineData("""{"body":"b","severity_number":99}""", "Json", "", "b", 0)]
    [InlineData("""{"app":5,"msg":"m"}""", "Json", "", "m", 0)]
    [InlineData("""{"MESSAGE":"started","SYSLOG_IDENTIFIER":"systemd","PRIORITY":"3"}""", "Journald", "systemd", "started", 17)]
    [InlineData("""{"MESSAGE":[104,105],"_COMM":"sh","PRIORITY":"9"}""", "Journald", "sh", "hi", 0)]
    [InlineData("""{"level":"info","event":"x"}""", "Plain", "", """{"level":"info","event":"x"}""", 0)]
    [InlineData("""{"msg":5}""", "Plain", "", """{"msg":5}""", 0)]
    [InlineData("""{"msg":"cut""", "Plain", "", """{"msg":"cut""", 0)]
    [InlineData("""{"msg":"half \ud83d pair"}""", "Plain", "", """{"msg":"half \ud83d pair"}""", 0)]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},5]}]}]}""", "Plain", "", """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}},5]}]}]}""", 0)]
    public void Parse_OneLine_IsReadAsWhatItIs(string line, string format, string app, string body, byte severity)
    {
        (RecordBatch batch, LineFormat read) = Parse(line);
        Assert.Equal(format, read.ToString());
        Assert.Equal(1, batch.Count);
        LogRecord record = batch.Records[0];
        Assert.Equal((app, body, severity), (Text(batch, record.AppName), Text(batch, record.Body), record.SeverityNumber));
    }

    [Fact]
    public void Parse_OtlpRequest_GivesEveryRecord()
    {
        (RecordBatch batch, LineFormat format) = Parse(Otlp.ReplaceLineEndings(""));
        Assert.Equal(LineFormat.Otlp, format);
        Assert.Equal(
            [("cart", "one é", 17), ("cart", """{"values":[]}""", 0), ("cart", "", 0), ("", "two", 9)],
            batch.Records.ToArray().Select(r => (Text(batch, r.AppName), Text(batch, r.Body), (int)r.SeverityNumber)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r")]
    [InlineData("""{"resourceLogs":[]}""")]
    public void Parse_NothingInIt_GivesNoRecord(string line) => Assert.Equal(0, Parse(line).Batch.Count);

    [Fact]
    public void AppOf_LineWithoutApp_TakesTheGivenOne()
    {
        LineParser parser = new("shop");
        RecordBatch batch = Batch("a line\n<13>Nov 25 10:00:00 web1 cron: run\n");
        parser.ParseAll(batch);
        Assert.Equal(["shop", "cron"], batch.Records.ToArray().Select(r => Encoding.UTF8.GetString(parser.AppOf(batch, r))));
    }

    [Fact]
    public void ParseAll_EveryPrefixOfALine_GivesAtMostOneRecordAndNoException()
    {
        foreach (string line in new[] { Otlp.ReplaceLineEndings(""), "<34>1 2026-11-25T10:00:00Z web1 sshd 812 - [a b=\"c\"] x", """{"MESSAGE":[104],"PRIORITY":"3"}""" })
        {
            for (int length = 0; length < line.Length; length++)
            {
                RecordBatch batch = Batch(line[..length]);
                new LineParser("").ParseAll(batch);
                Assert.InRange(batch.Count, 0, 1);
            }
        }
    }

    static (RecordBatch Batch, LineFormat Format) Parse(string line)
    {
        RecordBatch batch = Batch(line);
        return (batch, new LineParser("").Parse(batch, new Slice(0, batch.BytesUsed)));
    }

    static RecordBatch Batch(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        RecordBatch batch = new RecordBatchPool().Rent(bytes.Length);
        bytes.CopyTo(batch.Buffer, 0);
        batch.BytesUsed = bytes.Length;
        return batch;
    }

    static string Text(RecordBatch batch, Slice slice) => Encoding.UTF8.GetString(batch[slice]);
}
