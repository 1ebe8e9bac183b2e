using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Tests.Shared;

namespace Collector.Tests.Outputs.Otlp;

/// <summary>OTLP/HTTP against a server that answers by script.</summary>
public sealed class OtlpHttpTests
{
    // ExportLogsServiceResponse with rejected_log_records 1 and error_message "no".
    const string OneRejected = "200 Content-Type: application/x-protobuf|\n\u0006\b\u0001\u0012\u0002no";

    // google.rpc.Status with message "bad secret".
    const string StatusMessage = "400 Content-Type: application/x-protobuf|\u0012\nbad secret";

    [Fact]
    public async Task Send_Records_PostsACompressedRequestWithAllHeaders()
    {
        using ScriptedServer server = new("200");
        await using IOutput output = await OpenAsync(server, "bearer_token: secret-token-1, headers: ['X-Team=logs=1']");
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(Two())).Kind);
        ScriptedRequest request = await server.NextAsync();
        Assert.Equal("POST /v1/logs HTTP/1.1", request.Line);
        Assert.Equal("application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal("gzip", request.Headers["Content-Encoding"]);
        Assert.Equal("Bearer secret-token-1", request.Headers["Authorization"]);
        Assert.Equal("logs=1", request.Headers["X-Team"]);
        Assert.Equal(2, ExportLogsServiceRequest.Parser.ParseFrom(Sending.Inflate(request.Body)).ResourceLogs.Single().ScopeLogs.Single().LogRecords.Count);
    }

    [Theory]
    [InlineData("200", SendKind.Delivered, "", 0)]
    [InlineData("204", SendKind.Delivered, "", 0)]
    [InlineData(OneRejected, SendKind.Delivered, "rejected", 1)]
    [InlineData("400|no", SendKind.Refused, "http_400", 0)]
    [InlineData(StatusMessage, SendKind.Refused, "http_400", 0)]
    [InlineData("401", SendKind.Refused, "http_401", 0)]
    [InlineData("404", SendKind.Refused, "http_404", 0)]
    [InlineData("408", SendKind.Refused, "http_408", 0)]
    [InlineData("413", SendKind.Refused, "http_413", 0)]
    [InlineData("429", SendKind.Retry, "http_429", 0)]
    [InlineData("500", SendKind.Refused, "http_500", 0)]
    [InlineData("501", SendKind.Refused, "http_501", 0)]
    [InlineData("502", SendKind.Retry, "http_502", 0)]
    [InlineData("503", SendKind.Retry, "http_503", 0)]
    [InlineData("504", SendKind.Retry, "http_504", 0)]
    [InlineData("302 Location: http://127.0.0.1:1/|moved", SendKind.Refused, "http_302", 0)]
    [InlineData(ScriptedServer.Reset, SendKind.Retry, "unreachable", 0)]
    [InlineData(ScriptedServer.Half, SendKind.Retry, "unreachable", 0)]
    public async Task Send_EachAnswer_IsJudgedByTheSpecification(string answer, object kind, string reason, int rejected)
    {
        using ScriptedServer server = new(answer);
        await using IOutput output = await OpenAsync(server, "bearer_token: secret-token-1");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal(((SendKind)kind, reason, rejected), (outcome.Kind, outcome.Reason, outcome.Rejected));
        Assert.True(outcome.Left.IsEmpty);
        if (outcome.Reason.Length > 0)
        {
            Assert.StartsWith(server.Address + ": ", outcome.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("secret-token-1", outcome.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Send_AnAnswerThatRepeatsTheToken_HidesIt()
    {
        using ScriptedServer server = new("401|Bearer secret-token-1 is not known\u001b[31m");
        await using IOutput output = await OpenAsync(server, "bearer_token: secret-token-1");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal($"{server.Address}: 401 *** is not known\\x1b[31m", outcome.Detail);
    }

    [Theory]
    [InlineData("429 Retry-After: 7|later", 7)]
    [InlineData("503 Retry-After: Tue, 25 Nov 2025 12:00:30 GMT", 30)]
    [InlineData("503 Retry-After: Tue, 25 Nov 2025 11:00:00 GMT", 0)]
    [InlineData("503 Retry-After: soon", 0)]
    public async Task Send_RetryAfter_IsPassedOn(string answer, int seconds)
    {
        using ScriptedServer server = new(answer);
        FakeTimeProvider time = new(DateTimeOffset.Parse("2025-11-25T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using IOutput output = await OpenAsync(server, "", time);
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await output.SendAsync(Two())).Delay);
    }

    [Fact]
    public async Task Send_AServerThatDoesNotAnswer_IsGivenUpAfterTheTimeout()
    {
        using ScriptedServer server = new(ScriptedServer.Hang);
        FakeTimeProvider time = new();
        await using IOutput output = await OpenAsync(server, "timeout: 10s", time);
        Task<SendOutcome> send = output.SendAsync(Two()).AsTask();
        await server.NextAsync();
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(send.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        SendOutcome outcome = await send.WaitAsync(Patience.Long);
        Assert.Equal((SendKind.Retry, "timeout", $"{server.Address}: no answer within 10 s"), (outcome.Kind, outcome.Reason, outcome.Detail));
    }

    [Fact]
    public async Task Send_WhenStopped_Throws()
    {
        using ScriptedServer server = new(ScriptedServer.Hang);
        await using IOutput output = await OpenAsync(server, "");
        using CancellationTokenSource stop = new();
        Task<SendOutcome> send = output.SendAsync(Two(), stop.Token).AsTask();
        await server.NextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.WaitAsync(Patience.Long));
    }

    [Fact]
    public async Task Send_SeveralRequests_RetriesOnlyWhatIsLeft()
    {
        // The first is taken, the second rejects one, the third is not taken yet.
        using ScriptedServer server = new("200", OneRejected, "503", "200");
        await using IOutput output = await OpenAsync(server, "request_bytes_max: 1KiB, compression: none");
        BatchBuilder builder = new();
        for (int i = 0; i < 8; i++)
        {
            builder.Add(i == 1 ? new string('x', 2000) : $"{i} {new string('y', 300)}", "web1");
        }

        using ClassifiedBatchLease lease = new(builder);
        SendOutcome outcome = await output.SendAsync(lease.Batch);
        Assert.Equal((SendKind.Retry, "http_503"), (outcome.Kind, outcome.Reason));
        // One too large and one rejected.
        Assert.Equal(2, outcome.Rejected);
        int[] left = outcome.Left.ToArray();
        Assert.Equal(Enumerable.Range(left[0], 8 - left[0]), left);

        outcome = await output.SendAsync(lease.Batch, left, default);
        Assert.Equal((SendKind.Delivered, 0), (outcome.Kind, outcome.Rejected));
        List<string> got = [];
        for (int i = 0; i < server.Count; i++)
        {
            ScriptedRequest request = await server.NextAsync();
            Assert.InRange(request.Body.Length, 1, 1024);
            if (i != 2)
            {
                got.AddRange(ExportLogsServiceRequest.Parser.ParseFrom(request.Body).ResourceLogs.Single().ScopeLogs.Single().LogRecords.Select(r => r.Body.StringValue[..1]));
            }
        }

        Assert.Equal(["0", "2", "3", "4", "5", "6", "7"], got);
    }

    [Fact]
    public async Task Send_OnlyARecordThatIsTooLarge_IsCountedWithoutARequest()
    {
        using ScriptedServer server = new("200");
        await using IOutput output = await OpenAsync(server, "request_bytes_max: 1KiB");
        SendOutcome outcome = await output.SendAsync(new BatchBuilder().Add(new string('x', 2000)));
        Assert.Equal((SendKind.Delivered, 1, "too_large"), (outcome.Kind, outcome.Rejected, outcome.Reason));
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task Queue_ARequestTooLateAndPartialSuccess_TriesAgainAndPutsTheRejectedInTheLedger()
    {
        using ScriptedServer server = new("503", ScriptedServer.Reset, OneRejected);
        LoadedConfiguration configuration = Configured.From($"outputs: {{ otlp: {{ protocol: http/protobuf, endpoint: '{server.Address}' }} }}\n");
        Ledger ledger = new();
        await using OutputQueue queue = configuration.Options!.Outputs[0].Create(new OutputContext(TimeProvider.System, NullLoggerFactory.Instance));
        await queue.StartAsync(default);
        ClassifiedBatch batch = Two().Build(new ClassifiedBatchPool(ledger));
        ledger.Enter(2);
        await queue.OfferAsync(batch);
        batch.Release();
        for (int i = 0; i < 3; i++)
        {
            await server.NextAsync();
        }

        await queue.StopAsync(default).WaitAsync(Patience.Long);
        Assert.Equal((2, 1, 1, 0), (queue.Statistics.Selected, queue.Statistics.Delivered, queue.Statistics.Failed, queue.Statistics.QueuedRecords));
        Assert.Equal((1, 0), (ledger.Delivered, ledger.Queued));
        Assert.Equal([new(("output:otlp", "rejected"), 1)], ledger.Dropped);
    }

    [Fact]
    public async Task Send_NobodyListens_IsRetried()
    {
        string address = $"http://127.0.0.1:{Ports.Free()}";
        await using IOutput output = await Sending.OpenAsync("otlp", $"protocol: http/protobuf, endpoint: '{address}'");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal((SendKind.Retry, "unreachable"), (outcome.Kind, outcome.Reason));
        Assert.Contains(address, outcome.Detail, StringComparison.Ordinal);
    }

    static Task<IOutput> OpenAsync(ScriptedServer server, string settings, TimeProvider? time = null) =>
        Sending.OpenAsync("otlp", $"protocol: http/protobuf, endpoint: '{server.Address}'{(settings.Length > 0 ? ", " + settings : "")}", time);

    static BatchBuilder Two() => new BatchBuilder().Add("one", "web1").Add("two", "web1");

    sealed class ClassifiedBatchLease(BatchBuilder builder) : IDisposable
    {
        public ClassifiedBatch Batch { get; } = builder.Build(new ClassifiedBatchPool(new Ledger()));

        public void Dispose() => Batch.Release();
    }
}
