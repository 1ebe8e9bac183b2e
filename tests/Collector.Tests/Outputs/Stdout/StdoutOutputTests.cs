using System.IO.Pipes;
using System.Text;
using Classifier;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Outputs.Stdout;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs.Stdout;

public sealed class StdoutOutputTests
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly ClassifiedBatchPool _pool;

    public StdoutOutputTests() => _pool = new ClassifiedBatchPool(_ledger);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TextLine_AnyText_CannotAct(bool isColoured)
    {
        BatchBuilder builder = new BatchBuilder()
            .Add("SQL injection attempt detected in API.", "web1", "sshd", "812", severity: Severity.Critical, category: Category.Security)
            .Add("plain", peer: PeerAddress.V4([10, 0, 0, 7], 1), severity: Severity.Debug)
            .Add("\u001b[2J\u001b]0;title\u0007 line\nfeed \r\t\0 \u009b31m \u202e rtl \u2028 \ufeff café", "h\u001b", "a\u001b", "1\u001b", severity: Severity.Error)
            .Add(host: "h", rawBody: [(byte)'a', 0xFF, 0x1B, (byte)'b'], severity: Severity.Warning)
            .Add(new string('é', 1500), "h");
        ClassifiedBatch batch = builder.Build(_pool);
        TextLine line = new(isColoured, TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(2), "x", "x"));
        using PayloadBuffer buffer = new();
        for (int i = 0; i < batch.Count; i++)
        {
            line.Write(buffer, batch, i);
            buffer.WriteByte((byte)'\n');
        }

        string text = new UTF8Encoding(false, true).GetString(buffer.Span);
        Snapshot.Verify(text.Replace("\e", "<ESC>"), parameters: isColoured ? "coloured" : "plain");
    }

    [Fact]
    public async Task Send_ToAPipe_WritesJsonLines()
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        await using StdoutOutput output = new("stdout", new RecordLine(LineFormat.Json), Descriptor(reader));
        ClassifiedBatch batch = new BatchBuilder().Add("a").Add("b").Build(_pool);
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(batch, Identity.Upto(2).AsMemory(1, 1), default));
        using StreamReader lines = new(reader);
        Assert.Contains("\"body\":\"b\"", await lines.ReadLineAsync().WaitAsync(Deadline));
    }

    [Fact]
    public async Task Send_WhenTheReaderIsGone_IsRefusedAndDoesNotKill()
    {
        AnonymousPipeServerStream reader = new(PipeDirection.In);
        await using StdoutOutput output = new("stdout", new RecordLine(LineFormat.Json), Descriptor(reader));
        CloseReader(reader);
        ClassifiedBatch batch = new BatchBuilder().Add("a").Build(_pool);
        Assert.Equal("closed", (await output.SendAsync(batch, Identity.Upto(1).AsMemory(0, 1), default)).Reason);
        Assert.Equal("closed", (await output.SendAsync(batch, Identity.Upto(1).AsMemory(0, 1), default)).Reason);
    }

    [Fact]
    public async Task Offer_WhenTheReaderIsStuck_NeverWaitsAndCountsWhatDoesNotFit()
    {
        using AnonymousPipeServerStream reader = new(PipeDirection.In);
        StdoutOutput output = new("stdout", new RecordLine(LineFormat.Json), Descriptor(reader));
        OutputQueueOptions options = StdoutOutput.Kind.QueueDefaults with { QueueBytesMax = 1 << 20, When = OutputFilter.All };
        await using OutputQueue queue = new(output, options, TimeProvider.System, NullLogger.Instance);
        await queue.StartAsync(default);
        for (int i = 0; i < 2000; i++)
        {
            BatchBuilder builder = new();
            for (int k = 0; k < 20; k++)
            {
                builder.Add($"{i} {new string('x', 300)}");
            }

            ClassifiedBatch batch = builder.Build(_pool);
            _ledger.Enter(batch.Count);
            ValueTask offered = queue.OfferAsync(batch);
            Assert.True(offered.IsCompleted);
            batch.Release();
        }

        Assert.True(queue.Statistics.DroppedTotal > 0);
        await queue.StopAsync(new CancellationTokenSource(TimeSpan.FromMilliseconds(200)).Token).WaitAsync(Deadline);
        Assert.Equal(40_000, queue.Statistics.Selected);
        Assert.Equal(40_000, queue.Statistics.Delivered + queue.Statistics.DroppedTotal);
        Assert.Equal(0, _ledger.Queued);
    }

    static int Descriptor(AnonymousPipeServerStream reader) => (int)reader.ClientSafePipeHandle.DangerousGetHandle();

    static void CloseReader(AnonymousPipeServerStream reader) => reader.SafePipeHandle.Dispose();
}
