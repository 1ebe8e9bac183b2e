using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Receivers.Otlp.Security;

namespace Receivers.Otlp.Grpc;

/// <summary>What happens to a gRPC request before gRPC reads it: credentials, room, and memory that is counted while the message comes in.</summary>
sealed class OtlpGrpcFront(OtlpIntake intake, OtlpAuthentication authentication, ReceiverStatistics statistics)
{
    const string ContentType = "application/grpc";

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) && HttpProtocol.IsHttp2(request.Protocol)
        && (type.Length == ContentType.Length || type[ContentType.Length] is ';' or '+');

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        OtlpOutcome? refusal = authentication.IsAllowed(context.Request.Headers.Authorization) ? intake.RefusalBeforeReading() : OtlpOutcome.Unauthenticated;
        if (refusal is { } outcome)
        {
            statistics.AddRefused(outcome.Reason);
            await OtlpGrpcErrors.WriteAsync(context, outcome, intake.Options).ConfigureAwait(false);
            return;
        }

        using OtlpGrpcCall call = new(intake, Peers.Of(context.Connection), context.Features.Get<RecordLane>());
        OtlpGrpcCall.Current = call;
        MeteredReader reader = new(context.Request.BodyReader, call);
        context.Features.Set<IRequestBodyPipeFeature>(reader);
        await next(context).ConfigureAwait(false);
        statistics.AddBytes(reader.Consumed);
        if (call.Outcome.Code == StatusCode.Internal)
        {
            // gRPC refused the message itself: too large, damaged, or of a method that is not served.
            statistics.AddRefused(OtlpRefusals.BadData);
        }
    }

    /// <summary>Counts the bytes of a message while gRPC waits for its end, so that many half-sent messages cannot fill the memory.</summary>
    sealed class MeteredReader(PipeReader inner, OtlpGrpcCall call) : PipeReader, IRequestBodyPipeFeature
    {
        System.Buffers.ReadOnlySequence<byte> _last;

        public long Consumed { get; private set; }

        PipeReader IRequestBodyPipeFeature.Reader => this;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            Consumed += _last.Slice(0, consumed).Length;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            Note(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

        public override bool TryRead(out ReadResult result)
        {
            bool isRead = inner.TryRead(out result);
            return isRead && Note(result).Buffer.Length >= 0;
        }

        ReadResult Note(ReadResult result)
        {
            _last = result.Buffer;
            call.Reserve(_last.Length);
            return result;
        }
    }
}
