using System.Net;
using System.Net.Sockets;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Outputs.Otlp;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Tests.Shared;
using GrpcStatus = Grpc.Core.Status;
using RpcStatus = Google.Rpc.Status;

namespace Collector.Tests.Outputs.Otlp;

/// <summary>OTLP/gRPC against ASP.NET Core's server.</summary>
public sealed class OtlpGrpcTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("none")]
    public async Task Send_Records_ArriveWithAllHeaders(string compression)
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse());
        await using IOutput output = await OpenAsync(server, $"bearer_token: secret-token-1, headers: ['X-Team=logs'], compression: {compression}");
        Assert.Equal(SendOutcome.Delivered, await output.SendAsync(Two()));
        (ExportLogsServiceRequest request, IHeaderDictionary headers) = await server.Requests.ReadAsync();
        Assert.Equal(["one", "two"], request.ResourceLogs.Single().ScopeLogs.Single().LogRecords.Select(r => r.Body.StringValue));
        Assert.Equal("Bearer secret-token-1", headers.Authorization.ToString());
        Assert.Equal("logs", headers["x-team"].ToString());
        Assert.Equal(compression == "gzip" ? "gzip" : "", headers["grpc-encoding"].ToString());
    }

    [Theory]
    [InlineData(StatusCode.Cancelled, true)]
    [InlineData(StatusCode.Unknown, false)]
    [InlineData(StatusCode.InvalidArgument, false)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.NotFound, false)]
    [InlineData(StatusCode.AlreadyExists, false)]
    [InlineData(StatusCode.PermissionDenied, false)]
    [InlineData(StatusCode.ResourceExhausted, false)]
    [InlineData(StatusCode.FailedPrecondition, false)]
    [InlineData(StatusCode.Aborted, true)]
    [InlineData(StatusCode.OutOfRange, true)]
    [InlineData(StatusCode.Unimplemented, false)]
    [InlineData(StatusCode.Internal, false)]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.DataLoss, true)]
    [InlineData(StatusCode.Unauthenticated, false)]
    public async Task Send_EachStatus_IsJudgedByTheSpecification(StatusCode code, bool isRetried)
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(_ => throw new RpcException(new GrpcStatus(code, "not now, secret-token-1")));
        await using IOutput output = await OpenAsync(server, "bearer_token: secret-token-1");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal(isRetried ? SendKind.Retry : SendKind.Refused, outcome.Kind);
        Assert.Equal("grpc_" + System.Text.RegularExpressions.Regex.Replace(code.ToString(), "(?<=.)([A-Z])", "_$1").ToLowerInvariant(), outcome.Reason);
        Assert.Equal($"{server.Address}: {code} not now, ***", outcome.Detail);
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Unavailable)]
    public async Task Send_RetryInfo_IsPassedOn(StatusCode code)
    {
        RpcStatus status = new() { Code = (int)code, Details = { Any.Pack(new BadRequest()), Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(7)) }) } };
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(_ => throw new RpcException(
            new GrpcStatus(code, "later"), new Metadata { { "grpc-status-details-bin", status.ToByteArray() } }));
        await using IOutput output = await OpenAsync(server);
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal((SendKind.Retry, TimeSpan.FromSeconds(7)), (outcome.Kind, outcome.Delay));
    }

    [Fact]
    public async Task Send_PartialSuccess_CountsTheRejectedAndDoesNotRetry()
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(
            static _ => new ExportLogsServiceResponse { PartialSuccess = new ExportLogsPartialSuccess { RejectedLogRecords = 1, ErrorMessage = "too old" } });
        await using IOutput output = await OpenAsync(server);
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal((SendKind.Delivered, 1, "rejected", $"{server.Address}: too old"), (outcome.Kind, outcome.Rejected, outcome.Reason, outcome.Detail));
    }

    /// <summary>The specification lets a server warn so: all are taken, and somebody should read why.</summary>
    [Fact]
    public async Task Queue_PartialSuccessThatRejectsNothing_IsDeliveredAndLoggedAtMostOnceAMinute()
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(
            static _ => new ExportLogsServiceResponse { PartialSuccess = new ExportLogsPartialSuccess { ErrorMessage = "use\ngzip" } });
        CollectingLoggers loggers = new();
        Ledger ledger = new();
        LoadedConfiguration configuration = Configured.From($"outputs: {{ otlp: {{ endpoint: '{server.Address}' }} }}\n");
        await using OutputQueue queue = configuration.Options!.Outputs[0].Create(new OutputContext(TimeProvider.System, loggers));
        await queue.StartAsync(default);
        for (int i = 0; i < 3; i++)
        {
            ClassifiedBatch batch = Two().Build(new ClassifiedBatchPool(ledger));
            ledger.Enter(2);
            await queue.OfferAsync(batch);
            batch.Release();
            await server.Requests.ReadAsync().AsTask().WaitAsync(Patience.Long);
        }

        await queue.StopAsync(default).WaitAsync(Patience.Long);
        Assert.Equal((6, 0), (queue.Statistics.Delivered, queue.Statistics.Failed));
        Assert.Equal(
            [$"Warning Output otlp took the records, with a warning: {server.Address}: use\\ngzip"],
            loggers.Lines.Where(l => l.StartsWith("Warning", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(60 * 1024, SendKind.Delivered)]
    [InlineData(200 * 1024, SendKind.Refused)]
    public async Task Send_AnAnswerThatIsTooLarge_IsNotRead(int bytes, object kind)
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(
            _ => new ExportLogsServiceResponse { PartialSuccess = new ExportLogsPartialSuccess { ErrorMessage = new string('x', bytes) } });
        await using IOutput output = await OpenAsync(server);
        Assert.Equal((SendKind)kind, (await output.SendAsync(Two())).Kind);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("grpc-status-details-bin")]
    public async Task Send_TrailersWithoutMeasure_AreNotRead(string name)
    {
        await using GrpcLogsServer server = await GrpcLogsServer.StartAsync(context =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (name.EndsWith("-bin", StringComparison.Ordinal))
                {
                    context.ResponseTrailers.Add(name, new byte[4000]);
                }
                else
                {
                    context.ResponseTrailers.Add(name + i, new string('x', 4000));
                }
            }

            return new ExportLogsServiceResponse();
        });
        await using IOutput output = await OpenAsync(server);
        Assert.NotEqual(SendKind.Delivered, (await output.SendAsync(Two())).Kind);
    }

    [Fact]
    public async Task Send_NobodyListens_IsRetried()
    {
        using Socket bound = new(SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        string address = $"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}";
        await using IOutput output = await Sending.OpenAsync("otlp", $"endpoint: '{address}'");
        SendOutcome outcome = await output.SendAsync(Two());
        Assert.Equal((SendKind.Retry, "unreachable"), (outcome.Kind, outcome.Reason));
        Assert.StartsWith(address + ": ", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_AServerThatTakesTheConnectionAndSaysNothing_IsGivenUpAfterTheTimeout()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        await using IOutput output = await Sending.OpenAsync("otlp", $"endpoint: 'http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}', timeout: 300ms");
        SendOutcome outcome = await output.SendAsync(Two()).AsTask().WaitAsync(Patience.Long);
        Assert.Equal(SendKind.Retry, outcome.Kind);
    }

    [Fact]
    public async Task Send_AServerThatIsStartedAgain_GoesOn()
    {
        await using GrpcLogsServer first = await GrpcLogsServer.StartAsync(static _ => new ExportLogsServiceResponse());
        await using IOutput output = await OpenAsync(first);
        Assert.Equal(SendKind.Delivered, (await output.SendAsync(Two())).Kind);
        await first.DisposeAsync();
        Assert.Equal(SendKind.Retry, (await output.SendAsync(Two())).Kind);
    }

    [Fact]
    public void IsRetryable_ResourceExhausted_OnlyWhenTheServerSaysHowLong() =>
        Assert.Equal((false, true), (OtlpGrpcSender.IsRetryable(StatusCode.ResourceExhausted, false), OtlpGrpcSender.IsRetryable(StatusCode.ResourceExhausted, true)));

    static Task<IOutput> OpenAsync(GrpcLogsServer server, string settings = "") =>
        Sending.OpenAsync("otlp", $"protocol: grpc, endpoint: '{server.Address}'{(settings.Length > 0 ? ", " + settings : "")}");

    static BatchBuilder Two() => new BatchBuilder().Add("one", "web1").Add("two", "web1");
}
