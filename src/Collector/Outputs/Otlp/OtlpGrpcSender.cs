using System.Buffers;
using Collector.Outputs.Requests;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using OpenTelemetry.Proto.Collector.Logs.V1;
using RpcStatus = Google.Rpc.Status;

namespace Collector.Outputs.Otlp;

/// <summary>OTLP over gRPC: one channel, one call at a time.</summary>
sealed class OtlpGrpcSender : IRequestSender
{
    // What Grpc.Net.Client takes as the name of the request's compression.
    const string CompressionHeader = "grpc-internal-encoding-request";
    const string StatusDetails = "grpc-status-details-bin";

    static readonly Method<Request, ExportLogsServiceResponse> Export = new(
        MethodType.Unary,
        "opentelemetry.proto.collector.logs.v1.LogsService",
        "Export",
        new Marshaller<Request>(Serialize, static _ => throw new NotSupportedException()),
        new Marshaller<ExportLogsServiceResponse>(
            static (_, _) => throw new NotSupportedException(), static context => ExportLogsServiceResponse.Parser.ParseFrom(context.PayloadAsReadOnlySequence())));

    readonly HttpTarget _target;
    readonly HttpConnection<GrpcChannel> _connection;
    readonly Metadata _headers = [];

    /// <param name="target">Where to.</param>
    public OtlpGrpcSender(HttpTarget target)
    {
        _target = target;
        _connection = target.Connect(handler => GrpcChannel.ForAddress(target.Options.Endpoint, new GrpcChannelOptions
        {
            // Given as a client, or the library would open connections of its own beside the handler's limits.
            HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = HttpSender.AnswerBytesMax,
            MaxSendMessageSize = null,
            // The queue retries.
            MaxRetryAttempts = null,
        }));
        foreach ((string name, string value) in target.Headers)
        {
            _headers.Add(name, value);
        }

        if (target.Options.IsCompressed)
        {
            _headers.Add(CompressionHeader, "gzip");
        }
    }

    public async Task<SendOutcome> SendAsync(ReadOnlyMemory<byte> body, int records, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(_target.Options.Timeout, _target.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using AsyncUnaryCall<ExportLogsServiceResponse> call = _connection.Client.CreateCallInvoker().AsyncUnaryCall(Export, null, new CallOptions(_headers, cancellationToken: either.Token), new Request(body));
            return _target.Named(OtlpAnswer.Partial(await call.ResponseAsync.ConfigureAwait(false), records));
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return timeout.IsCancellationRequested ? _target.TimedOut() : Judge(e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return _target.TimedOut();
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The specification's table. Source: OTLP specification, OTLP/gRPC response and failures.</summary>
    /// <param name="code">Of the call.</param>
    /// <param name="hasRetryInfo">Whether the far side said how long to wait.</param>
    public static bool IsRetryable(StatusCode code, bool hasRetryInfo) => code switch
    {
        StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.OutOfRange or StatusCode.Unavailable or StatusCode.DataLoss => true,
        StatusCode.ResourceExhausted => hasRetryInfo,
        _ => false,
    };

    SendOutcome Judge(RpcException e)
    {
        // Nothing came back from a server: what the library made of it is no answer.
        if (e.Status.DebugException is HttpRequestException or IOException)
        {
            return _target.Unreachable(e.Status.DebugException);
        }

        TimeSpan delay = RetryDelay(e.Trailers, out bool hasRetryInfo);
        string reason = "grpc_" + Word(e.StatusCode);
        string detail = $"{e.StatusCode} {OtlpAnswer.Clean(e.Status.Detail)}".TrimEnd();
        return _target.Named(IsRetryable(e.StatusCode, hasRetryInfo) ? SendOutcome.Retry(reason, detail, delay) : SendOutcome.Refused(reason, detail));
    }

    static TimeSpan RetryDelay(Metadata trailers, out bool hasRetryInfo)
    {
        hasRetryInfo = false;
        try
        {
            if (trailers.GetValueBytes(StatusDetails) is { } bytes)
            {
                foreach (Google.Protobuf.WellKnownTypes.Any detail in RpcStatus.Parser.ParseFrom(bytes).Details)
                {
                    if (detail.TypeUrl.EndsWith("/google.rpc.RetryInfo", StringComparison.Ordinal))
                    {
                        hasRetryInfo = true;
                        return RetryInfo.Parser.ParseFrom(detail.Value).RetryDelay?.ToTimeSpan() ?? TimeSpan.Zero;
                    }
                }
            }
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException or FormatException)
        {
            // A broken detail is none.
        }

        return TimeSpan.Zero;
    }

    static string Word(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument => "invalid_argument",
        StatusCode.DeadlineExceeded => "deadline_exceeded",
        StatusCode.NotFound => "not_found",
        StatusCode.AlreadyExists => "already_exists",
        StatusCode.PermissionDenied => "permission_denied",
        StatusCode.ResourceExhausted => "resource_exhausted",
        StatusCode.FailedPrecondition => "failed_precondition",
        StatusCode.OutOfRange => "out_of_range",
        StatusCode.DataLoss => "data_loss",
        StatusCode.Cancelled => "cancelled",
        StatusCode.Aborted => "aborted",
        StatusCode.Unimplemented => "unimplemented",
        StatusCode.Internal => "internal",
        StatusCode.Unavailable => "unavailable",
        StatusCode.Unauthenticated => "unauthenticated",
        _ => "unknown",
    };

    static void Serialize(Request request, SerializationContext context)
    {
        context.SetPayloadLength(request.Body.Length);
        context.GetBufferWriter().Write(request.Body.Span);
        context.Complete();
    }

    /// <summary>The library wants an object.</summary>
    sealed record Request(ReadOnlyMemory<byte> Body);
}
