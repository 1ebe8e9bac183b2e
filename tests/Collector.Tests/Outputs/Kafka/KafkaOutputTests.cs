using System.Reflection;
using System.Text;
using System.Text.Json;
using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Outputs.Kafka;
using Collector.Outputs.Tls;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Receivers;
using Tests.Shared;
using static Collector.Tests.Shared.Eventually;

namespace Collector.Tests.Outputs.Kafka;

/// <summary>Against librdkafka's mock brokers: the real protocol over loopback.</summary>
public sealed class KafkaOutputTests
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly ClassifiedBatchPool _pool;

    public KafkaOutputTests() => _pool = new ClassifiedBatchPool(_ledger);

    [Theory]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("none")]
    public async Task Send_Records_ArriveWithKeyHeadersAndTime(string compression)
    {
        using MockCluster cluster = new();
        await using KafkaOutput output = await StartAsync(Options(cluster) with { Compression = compression });
        ClassifiedBatch batch = new BatchBuilder()
            .Add("SQL injection attempt detected in API.", "web1", "api", verdict: new Verdict
            {
                Severity = Severity.Critical,
                Category = Category.Security,
                Confidence = 0.97f,
                TemplateId = 0x9f1c53aa0b1d4e22,
            })
            .Add("no host", peer: PeerAddress.V4([10, 0, 0, 7], 49152))
            .Add("nobody knows", set: (ref LogRecord record) => record.TimestampUnixNano = 0)
            .Build(_pool);
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(batch, Identity.Upto(3).AsMemory(0, 3), default));

        Dictionary<string, ConsumeResult<string, string>> read = cluster.Read("logs", 3).ToDictionary(r => Body(r.Message.Value));
        Message<string, string> first = read["SQL injection attempt detected in API."].Message;
        Assert.Equal("web1", first.Key);
        Assert.Equal("2025-11-25T12:00:00.1230000Z", first.Timestamp.UtcDateTime.ToString("O"));
        Assert.Equal(
            "collector.severity=critical collector.category=security collector.verdict.source=model collector.confidence=0.97 "
            + "collector.template.id=9f1c53aa0b1d4e22 collector.model=severity-1",
            string.Join(' ', first.Headers.Select(h => $"{h.Key}={Encoding.UTF8.GetString(h.GetValueBytes())}")));
        Assert.Equal("10.0.0.7", read["no host"].Message.Key);
        Assert.Null(read["nobody knows"].Message.Key);
        Assert.Equal(BatchBuilder.Noon / 1_000_000 + 1, read["nobody knows"].Message.Timestamp.UnixTimestampMs);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("text")]
    [InlineData("original")]
    public async Task Send_EachFormat_IsTheDocumentedMessage(string format)
    {
        using MockCluster cluster = new();
        await using KafkaOutput output = await StartAsync(Options(cluster) with { Format = Enum.Parse<LineFormat>(format, ignoreCase: true) });
        ClassifiedBatch batch = new BatchBuilder()
            .Add("Failed \"password\"\nfor root\u001b[31m", "web1", "sshd", "812", "ID47", "[a@1 k=\"v\"]", peer: PeerAddress.V4([10, 0, 0, 7], 49152), verdict: Payloads.ByModel,
                set: (ref LogRecord r) => (r.Facility, r.SeverityNumber) = (4, 18))
            .Build(_pool);
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(batch, Identity.Upto(1).AsMemory(0, 1), default));
        Message<string, string> message = Assert.Single(cluster.Read("logs", 1)).Message;
        string headers = string.Join('\n', message.Headers.Select(h => $"{h.Key}: {Encoding.UTF8.GetString(h.GetValueBytes())}"));
        Snapshot.Verify($"key: {message.Key}\n{headers}\n\n{message.Value}\n", parameters: format);
    }

    [Fact]
    public async Task Send_OneRecordTooLarge_IsRejectedAlone()
    {
        using MockCluster cluster = new();
        await using KafkaOutput output = await StartAsync(Options(cluster) with { Properties = "message.max.bytes=2000" });
        ClassifiedBatch batch = new BatchBuilder().Add("a").Add(new string('x', 5000)).Add("b").Build(_pool);
        SendOutcome outcome = await output.SendAsync(batch, Identity.Upto(3).AsMemory(0, 3), default);
        Assert.Equal((SendKind.Delivered, 1, "message_too_large"), (outcome.Kind, outcome.Rejected, outcome.Reason));
        Assert.Equal(["a", "b"], cluster.Read("logs", 2).Select(r => Body(r.Message.Value)).Order());
    }

    [Fact]
    public async Task Send_WhileTheBrokerIsDown_IsTriedAgainAndArrivesOnce()
    {
        using MockCluster cluster = new();
        KafkaOutput output = await StartAsync(Options(cluster) with { Timeout = TimeSpan.FromSeconds(1) });
        await using OutputQueue queue = new(output, new OutputQueueOptions { RetryDelayMax = TimeSpan.FromMilliseconds(500) }, TimeProvider.System, NullLogger.Instance);
        await queue.StartAsync(default);
        Offer(queue, new BatchBuilder().Add("0"));
        await UntilAsync(() => queue.Statistics.Delivered == 1);

        cluster.SetDown(1, isDown: true);
        Offer(queue, new BatchBuilder().Add("1").Add("2").Add("3"));
        await UntilAsync(() => queue.Statistics.LastError.Length > 0);
        Assert.StartsWith("timeout: ", queue.Statistics.LastError);
        Assert.True(queue.OldestAgeSeconds > 0.5);
        cluster.SetDown(1, isDown: false);
        await queue.StopAsync(default).WaitAsync(Deadline);

        Assert.Equal((4, 0), (queue.Statistics.Delivered, queue.Statistics.QueuedRecords));
        Assert.Equal(["0", "1", "2", "3"], cluster.Read("logs", 4).Select(r => Body(r.Message.Value)).Order());
        Assert.Equal((4, 0), (_ledger.Delivered, _ledger.DroppedTotal));
    }

    [Fact]
    public async Task Send_WhenABrokerStumbles_LibrdkafkaMendsItAndNothingArrivesTwice()
    {
        using MockCluster cluster = new();
        await using KafkaOutput output = await StartAsync(Options(cluster));
        ClassifiedBatch batch = Numbered(0, 100).Build(_pool);
        cluster.FailProduce(ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicas, ErrorCode.RequestTimedOut);
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(batch, Identity.Upto(100).AsMemory(0, 100), default).AsTask().WaitAsync(Deadline));
        Assert.Equal(Enumerable.Range(0, 100), cluster.Read("logs", 100).Select(r => int.Parse(Body(r.Message.Value))).Order());
    }

    [Fact]
    public async Task Send_AfterTheProducerHasEnded_MakesAnother()
    {
        using MockCluster cluster = new();
        await using KafkaOutput output = await StartAsync(Options(cluster) with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(Numbered(0, 1).Build(_pool), Identity.Upto(1).AsMemory(0, 1), default));
        cluster.Kill((IClient)ProducerOf(output));
        SendOutcome outcome = SendOutcome.Retry("", "");
        for (long start = TimeProvider.System.GetTimestamp(); outcome.Kind == SendKind.Retry && TimeProvider.System.GetElapsedTime(start) < Deadline;)
        {
            // As a queue does: what has ended is said on a thread of librdkafka's.
            await Task.Delay(10);
            outcome = await output.SendAsync(Numbered(1, 1).Build(_pool), Identity.Upto(1).AsMemory(0, 1), default).AsTask().WaitAsync(Deadline);
        }

        Assert.Equal(SendOutcome.Delivered, outcome);
        Assert.Equal(["0", "1"], cluster.Read("logs", 2).Select(r => Body(r.Message.Value)).Order());
    }

    [Fact]
    public async Task Send_AfterTheFilesOfTlsWereReplaced_UsesTheNewOnesUnlessTheyAreBad()
    {
        using TemporaryFolder folder = new();
        using TestAuthority old = new();
        using TestAuthority renewed = new();
        FakeTimeProvider time = new();
        CollectingLoggers loggers = new();
        KafkaOptions options = new()
        {
            Brokers = "127.0.0.1:1",
            Topic = "logs",
            IsTls = true,
            Tls = new ClientTlsOptions { Ca = folder.Write("ca.pem", old.Pem) },
            Timeout = TimeSpan.FromSeconds(1),
        };
        await using KafkaOutput output = new("kafka", options, new OutputContext(time, loggers));
        await output.StartAsync(default);
        object first = ProducerOf(output);

        folder.Write("ca.pem", "half a fi");
        await SendLaterAsync();
        Assert.Same(first, ProducerOf(output));
        Assert.Contains(loggers.Lines, l => l.StartsWith("Warning Output kafka keeps the certificates that it has: tls: cannot use ", StringComparison.Ordinal));

        folder.Write("ca.pem", renewed.Pem);
        await SendLaterAsync();
        Assert.NotSame(first, ProducerOf(output));

        async Task SendLaterAsync()
        {
            time.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal(SendKind.Retry, (await output.SendAsync(Numbered(0, 1).Build(_pool), Identity.Upto(1).AsMemory(0, 1), default).AsTask().WaitAsync(Deadline)).Kind);
        }
    }

    [Fact]
    public async Task Send_WhenTheGraceEnds_Ends()
    {
        await using KafkaOutput output = await StartAsync(new KafkaOptions { Brokers = "127.0.0.1:1", Topic = "logs" });
        using CancellationTokenSource grace = new(TimeSpan.FromMilliseconds(300));
        ClassifiedBatch batch = Numbered(0, 10).Build(_pool);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => output.SendAsync(batch, Identity.Upto(10).AsMemory(0, 10), grace.Token).AsTask().WaitAsync(Deadline));
    }

    [Theory]
    [InlineData("lingre.ms=5", "lingre.ms")]
    [InlineData("retry.backoff.ms=soon", "retry.backoff.ms")]
    public async Task Start_PropertyThatLibrdkafkaDoesNotTake_SaysWhich(string property, string named)
    {
        KafkaOutput output = new("kafka", new KafkaOptions { Brokers = "127.0.0.1:1", Topic = "logs", Properties = property }, Context);
        OutputStartException failure = await Assert.ThrowsAsync<OutputStartException>(() => output.StartAsync(default));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        await output.DisposeAsync();
    }

    [Fact]
    public void Report_OfEachKind_SortsTheRecords()
    {
        KafkaDelivery delivery = new(new[] { 2, 5, 7, 9 });
        delivery.Report(3, new Error(ErrorCode.Local_MsgTimedOut, "late"));
        delivery.Report(1, new Error(ErrorCode.Local_MsgTimedOut, "late"));
        delivery.Report(2, new Error(ErrorCode.MsgSizeTooLarge, "large"));
        Assert.False(delivery.Completion.IsCompleted);
        delivery.Report(0, new Error(ErrorCode.NoError));
        Assert.True(delivery.Completion.IsCompletedSuccessfully);
        SendOutcome outcome = delivery.Outcome("127.0.0.1:1: refused");
        Assert.Equal((SendKind.Retry, "timeout", "late (127.0.0.1:1: refused)", 1), (outcome.Kind, outcome.Reason, outcome.Detail, outcome.Rejected));
        Assert.Equal([5, 9], outcome.Left.ToArray());
        Assert.Equal([7], outcome.Lost.ToArray());
    }

    [Theory]
    [InlineData("empty", "{}")]
    [InlineData("denied", """
        { brokers: "b:9092", topic: "lo gs", idempotent: true, acks: leader, sasl: { mechanism: plain, user: u, password: p }, tls: { ca: /x },
            properties: { acks: "0", ssl.ca.pem: x, plugin.library.paths: /tmp/x.so, sasl.kerberos.kinit.cmd: "rm -rf /", dr_msg_cb: x, linger.ms: 5 } }
        """)]
    public void Read_WrongSettings_NamesEveryMistake(string name, string settings)
    {
        LoadedConfiguration configuration = Configured.From($"outputs:\n  kafka: {settings}\n");
        Snapshot.Verify(configuration.RenderMistakes(), parameters: name);
    }

    [Fact]
    public void ToProducerProperties_AllSettings_AreLibrdkafkas()
    {
        LoadedConfiguration configuration = Configured.From("""
            outputs:
              kafka:
                brokers: [a:9093, "b:9093"]
                topic: logs
                transport: tls
                tls: { ca: /etc/ca.pem, certificate: /etc/client.pem }
                sasl: { mechanism: scram-sha-512, user: me, password: "${TOKEN}" }
                compression: lz4
                timeout: 5s
                properties: { linger.ms: 50, client.id: mine }
            """);
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        KafkaOptions options = (KafkaOptions)configuration.Options.Outputs.Single(o => o.Name == "kafka").Options;
        Snapshot.Verify(string.Join('\n', options.ToProducerProperties().OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
    }

    static OutputContext Context => new(TimeProvider.System, NullLoggerFactory.Instance);

    static KafkaOptions Options(MockCluster cluster) => new() { Brokers = cluster.Brokers, Topic = "logs" };

    static object ProducerOf(KafkaOutput output) => typeof(KafkaOutput).GetField("_producer", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(output)!;

    static string Body(string json) => JsonDocument.Parse(json).RootElement.GetProperty("body").GetString()!;

    static BatchBuilder Numbered(int from, int count)
    {
        BatchBuilder builder = new() { BufferBytes = RecordBatchPool.LargeBytes };
        for (int i = from; i < from + count; i++)
        {
            builder.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), $"host{i % 7}");
        }

        return builder;
    }

    static async Task<KafkaOutput> StartAsync(KafkaOptions options)
    {
        KafkaOutput output = new("kafka", options, Context);
        await output.StartAsync(default);
        return output;
    }

    void Offer(OutputQueue queue, BatchBuilder builder)
    {
        ClassifiedBatch batch = builder.Build(_pool);
        _ledger.Enter(batch.Count);
        Assert.True(queue.OfferAsync(batch).AsTask().IsCompleted);
        batch.Release();
    }
}
