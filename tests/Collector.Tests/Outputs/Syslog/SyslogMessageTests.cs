using System.Text;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Outputs.Syslog;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs.Syslog;

public sealed class SyslogMessageTests
{
    static readonly Verdict ByModel = new()
    {
        Severity = Severity.Critical,
        Category = Category.Security,
        Confidence = 0.97f,
        TemplateId = 0x9f1c53aa0b1d4e22,
    };

    readonly ClassifiedBatchPool _pool = new(new Ledger());

    [Fact]
    public void Write_SyslogRecords_PassOnWhatTheSenderSaid()
    {
        BatchBuilder builder = new BatchBuilder()
            .Add("SQL injection attempt detected in API.", "web1", "api", "812", "ID47", "[exampleSDID@32473 iut=\"3\" eventSource=\"App\\\"l\"][x@1 y=\"z\"]",
                verdict: ByModel, set: (ref LogRecord r) => (r.Facility, r.SeverityNumber) = (16, 9))
            .Add("no header at all", peer: PeerAddress.V4([10, 0, 0, 7], 49152))
            .Add("", "h", set: (ref LogRecord r) => (r.TimestampUnixNano, r.Facility, r.SeverityNumber) = (0, 0, 21))
            .Add("blüte", "wéb 1", new string('a', 60), "p\u0001id", new string('m', 40), set: (ref LogRecord r) => (r.Facility, r.SeverityNumber) = (23, 5))
            .Add("\uFEFFalready märked")
            .Add("two\nlines\twith [brackets] and \\")
            .Add(rawBody: [(byte)'b', 0xC3, (byte)'d'])
            .Add("chained", structuredData: "[collector@32473 severity=\"info\" model=\"other\"][own@1 a=\"b\"]")
            .Add("bent", structuredData: $"[{new string('i', 40)} {new string('n', 40)}=\"a]b\"  x=\"c\\d\" ]", set: (ref LogRecord r) => r.Marks = ParseMarks.InvalidStructuredData);
        Snapshot.Verify(string.Join('\n', Messages(builder, null, hasBom: true).Select(Shown)));
    }

    [Theory]
    [InlineData(LineFormat.Json)]
    [InlineData(LineFormat.Text)]
    [InlineData(LineFormat.Original)]
    public void Write_OtherFormats_ComeAfterTheSameHeader(object format)
    {
        BatchBuilder builder = new BatchBuilder().Add("a\nblüte", "web1", "api", original: Encoding.UTF8.GetBytes("<13>api: a\nblüte"));
        string header = "<13>1 2025-11-25T12:00:00.123456Z web1 api - - [collector@32473 severity=\"info\" category=\"routine\" source=\"fallback\"] ";
        RecordLine line = new((LineFormat)format);
        using PayloadBuffer expected = new();
        line.Write(expected, builder.Build(_pool), 0);
        Assert.Equal(header + Encoding.UTF8.GetString(expected.Span), Encoding.UTF8.GetString(Messages(builder, (LineFormat)format, hasBom: false)[0]));
        Assert.Equal(header + "\uFEFF" + Encoding.UTF8.GetString(expected.Span), Encoding.UTF8.GetString(Messages(builder, (LineFormat)format, hasBom: true)[0]));
    }

    [Fact]
    public void Write_LongerThanAllowed_IsCutAtACharacterWhereverTheLimitFalls()
    {
        string body = string.Concat(Enumerable.Repeat("aé€😀", 300));
        BatchBuilder builder = new BatchBuilder().Add(body, "h");
        byte[] whole = Messages(builder, null, hasBom: true)[0];
        for (int max = 1024; max < 1060; max++)
        {
            byte[] cut = Messages(builder, null, hasBom: true, max)[0];
            Assert.InRange(cut.Length, max - 3, max);
            Assert.Equal(whole[..cut.Length], cut);
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(cut);
        }
    }

    [Fact]
    public void Write_DataLongerThanAllowed_LeavesTheSendersDataOutAndKeepsTheVerdict()
    {
        BatchBuilder builder = new BatchBuilder().Add(new string('b', 3000), "h", structuredData: $"[own@1 a=\"{new string('x', 2000)}\"]", verdict: ByModel);
        string cut = Encoding.UTF8.GetString(Messages(builder, null, hasBom: true, 1024)[0]);
        Assert.Equal(1024, cut.Length);
        Assert.StartsWith("<13>1 2025-11-25T12:00:00.123456Z h - - - [collector@32473 severity=\"critical\"", cut);
        Assert.EndsWith("model=\"severity-1\"] " + new string('b', 50), cut[..(cut.IndexOf("] ", StringComparison.Ordinal) + 52)]);
    }

    [Fact]
    public void ToSyslog_EverySyslogSeverity_ComesBack()
    {
        Assert.All(Enumerable.Range(0, 8), severity => Assert.Equal(severity, SeverityNumbers.ToSyslog(SeverityNumbers.FromSyslog(severity))));
        int[] all = [.. Enumerable.Range(1, 24).Select(n => SeverityNumbers.ToSyslog((byte)n))];
        Assert.Equal(all.OrderDescending(), all);
    }

    List<byte[]> Messages(BatchBuilder builder, LineFormat? format, bool hasBom, int bytesMax = int.MaxValue)
    {
        ClassifiedBatch batch = builder.Build(_pool);
        SyslogMessage message = new(format, hasBom);
        List<byte[]> messages = [];
        using PayloadBuffer buffer = new();
        for (int i = 0; i < batch.Count; i++)
        {
            buffer.Clear();
            message.Write(buffer, batch, i, bytesMax);
            messages.Add(buffer.Span.ToArray());
        }

        batch.Release();
        return messages;
    }

    static string Shown(byte[] message) => Encoding.UTF8.GetString(message).Replace("\uFEFF", "<BOM>").Replace("\n", "<LF>").Replace("\t", "<TAB>");
}
