using System.Text;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs.Formats;

public sealed class RecordLineTests
{
    readonly ClassifiedBatchPool _pool = new(new Ledger());

    [Theory]
    [InlineData(LineFormat.Json)]
    [InlineData(LineFormat.Text)]
    [InlineData(LineFormat.Original)]
    public void WriteLine_AnyRecord_IsOneLine(object format)
    {
        BatchBuilder syslog = new BatchBuilder()
            .Add("SQL injection attempt detected in API.", "web1", "sshd", "812", severity: Severity.Critical, category: Category.Security,
                original: "<38>1 2026-11-25T10:00:00Z web1 sshd 812 - - SQL injection attempt detected in API."u8.ToArray())
            .Add("first\nsecond\r\nC:\\new \u001b[2J", "web1", "app", original: "<13>app: first\nsecond\r\nC:\\new \u001b[2J"u8.ToArray())
            .Add(host: "h", rawBody: [(byte)'a', 0xFF, (byte)'b'])
            .Add("", set: (ref LogRecord record) => record.TimestampUnixNano = 0)
            .Add(new string('x', 2100) + " end");
        BatchBuilder otlp = new BatchBuilder { Receiver = "otlp", Transport = "grpc", Format = RecordFormat.Otlp }
            .Add("panic:\n  at main", "pod-1", "checkout", original: [0x0A, 0x00]);
        RecordLine line = new((LineFormat)format);
        using PayloadBuffer buffer = new();
        foreach (BatchBuilder builder in new[] { syslog, otlp })
        {
            ClassifiedBatch batch = builder.Build(_pool);
            for (int i = 0; i < batch.Count; i++)
            {
                int before = buffer.Length;
                line.WriteLine(buffer, batch, i);
                Assert.Equal(buffer.Length - before - 1, buffer.Span[before..].IndexOf((byte)'\n'));
            }
        }

        string text = Encoding.Latin1.GetString(buffer.Span);
        Snapshot.Verify(text.Replace("\e", "<ESC>", StringComparison.Ordinal), parameters: format.ToString()!.ToLowerInvariant());
    }
}
