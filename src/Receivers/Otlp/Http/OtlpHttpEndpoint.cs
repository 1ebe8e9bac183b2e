using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Receivers.Otlp.Inflating;
using Receivers.Otlp.Json;
using Receivers.Otlp.Security;

namespace Receivers.Otlp.Http;

/// <summary>OTLP over HTTP: <c>POST /v1/logs</c>, and an answer by the book for everything else. Safe on any thread.</summary>
sealed class OtlpHttpEndpoint(OtlpIntake intake, OtlpAuthentication authentication, OtlpCors cors, ReceiverStatistics statistics)
{
    public const string Path = "/v1/logs";
    public const string Transport = "http";

    readonly int _retryAfterSeconds = (int)Math.Ceiling(intake.Options.RetryAfter.TotalSeconds);

    public async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        OtlpEncoding encoding = OtlpEncodings.Parse(request.ContentType);
        try
        {
            if (!string.Equals(request.Path.Value, Path, StringComparison.Ordinal))
            {
                OtlpOutcome notFound = new(StatusCode.Unimplemented, $"Nothing is served here; logs go to POST {Path}.", OtlpRefusals.BadPath);
                await RefuseAsync(context, notFound, encoding, StatusCodes.Status404NotFound).ConfigureAwait(false);
                return;
            }

            if (cors.Handle(context))
            {
                return;
            }

            if (!HttpMethods.IsPost(request.Method))
            {
                context.Response.Headers.Allow = "POST";
                // Requests of other methods carry no export request, whatever their type says; JSON is what a person can read.
                OtlpOutcome method = new(StatusCode.Unimplemented, "Only POST is served here.", OtlpRefusals.BadMethod);
                await RefuseAsync(
                    context, method, encoding == OtlpEncoding.Json ? OtlpEncoding.Unknown : encoding, StatusCodes.Status405MethodNotAllowed).ConfigureAwait(false);
                return;
            }

            await HandlePostAsync(context, encoding).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode != StatusCodes.Status408RequestTimeout)
        {
            await RefuseAsync(context, OtlpOutcome.BadData(exception.Message), encoding, exception.StatusCode).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException or ConnectionResetException or OperationCanceledException)
        {
            // Too slow, or gone. A connection that closes without an answer is what makes a sender try again.
            statistics.AddRefused(OtlpRefusals.Gone);
            context.Abort();
        }
    }

    async Task HandlePostAsync(HttpContext context, OtlpEncoding encoding)
    {
        HttpRequest request = context.Request;
        if (!authentication.IsAllowed(request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = authentication.Challenge;
            await RefuseAsync(context, OtlpOutcome.Unauthenticated, encoding).ConfigureAwait(false);
            return;
        }

        if (encoding == OtlpEncoding.Unknown)
        {
            OtlpOutcome type = new(
                StatusCode.InvalidArgument, $"The content type must be {OtlpEncodings.ProtobufType} or {OtlpEncodings.JsonType}.", OtlpRefusals.BadType);
            await RefuseAsync(context, type, encoding, StatusCodes.Status415UnsupportedMediaType).ConfigureAwait(false);
            return;
        }

        if (!ContentCodings.TryParse(request.Headers.ContentEncoding.ToString(), out ContentCoding coding))
        {
            context.Response.Headers.AcceptEncoding = "gzip, deflate, zstd";
            OtlpOutcome type = new(StatusCode.InvalidArgument, "The content encoding must be gzip, deflate, zstd or none.", OtlpRefusals.BadType);
            await RefuseAsync(context, type, encoding, StatusCodes.Status415UnsupportedMediaType).ConfigureAwait(false);
            return;
        }

        OtlpOutcome outcome = await TakeAsync(context, encoding, coding).ConfigureAwait(false);
        if (outcome.Code == StatusCode.OK)
        {
            await OtlpHttpAnswer.WriteAsync(context, outcome, encoding, _retryAfterSeconds).ConfigureAwait(false);
        }
        else
        {
            await RefuseAsync(context, outcome, encoding).ConfigureAwait(false);
        }
    }

    async ValueTask<OtlpOutcome> TakeAsync(HttpContext context, OtlpEncoding encoding, ContentCoding coding)
    {
        if (context.Request.ContentLength > intake.Options.HttpBodyBytesMax)
        {
            return TooLarge();
        }

        if (intake.RefusalBeforeReading() is { } refusal)
        {
            return refusal;
        }

        BodyShare share = new(intake.Budget);
        try
        {
            if (!share.TryGrowTo(context.Request.ContentLength ?? 0))
            {
                return OtlpOutcome.Overloaded;
            }

            PipeReader reader = context.Request.BodyReader;
            ReadResult read;
            while (true)
            {
                read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
                if (read.Buffer.Length > intake.Options.HttpBodyBytesMax)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return TooLarge();
                }

                if (!share.TryGrowTo(read.Buffer.Length))
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return OtlpOutcome.Overloaded;
                }

                if (read.IsCompleted)
                {
                    break;
                }

                // Looked at and left there: the pieces of the body stay where Kestrel read them until they are decoded.
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }

            statistics.AddBytes(read.Buffer.Length);
            OtlpBatches batches = intake.Begin(Transport, Peers.Of(context.Connection), context.Features.Get<RecordLane>());
            OtlpOutcome outcome = Decode(read.Buffer, encoding, coding, batches, ref share);
            reader.AdvanceTo(read.Buffer.End);
            return outcome.Code == StatusCode.OK ? await intake.PostAsync(batches, statistics, context.RequestAborted).ConfigureAwait(false) : outcome;
        }
        finally
        {
            share.Give();
        }
    }

    OtlpOutcome Decode(ReadOnlySequence<byte> body, OtlpEncoding encoding, ContentCoding coding, OtlpBatches batches, ref BodyShare share)
    {
        if (coding == ContentCoding.Identity)
        {
            return DecodePlain(body, encoding, batches, ref share);
        }

        using PooledBytes content = new();
        switch (Inflater.Inflate(coding, in body, intake.Options.HttpBodyBytesMax, content, ref share))
        {
            case InflateStatus.Done:
                return DecodePlain(content.Bytes, encoding, batches, ref share);
            case InflateStatus.TooLarge:
                return TooLarge();
            case InflateStatus.NoRoom:
                return OtlpOutcome.Overloaded;
            default:
                return OtlpOutcome.BadData($"The body is not valid {coding.ToString().ToLowerInvariant()}: damaged, cut short or followed by something else.");
        }
    }

    OtlpOutcome DecodePlain(ReadOnlySequence<byte> body, OtlpEncoding encoding, OtlpBatches batches, ref BodyShare share)
    {
        if (encoding == OtlpEncoding.Protobuf)
        {
            return intake.Decode(in body, batches, ref share);
        }

        // Every JSON form of a field is longer than its protobuf form, so the length of the one is room enough for the other.
        byte[] scratch = ArrayPool<byte>.Shared.Rent((int)body.Length + OtlpJsonTranscoder.SlackBytes);
        try
        {
            string? problem = OtlpJsonTranscoder.Transcode(in body, scratch, out int length);
            return problem is null ? intake.Decode(new ReadOnlySequence<byte>(scratch, 0, length), batches, ref share) : OtlpOutcome.BadData(problem);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    OtlpOutcome TooLarge() => OtlpOutcome.TooLarge($"The body is larger than {intake.Options.HttpBodyBytesMax} bytes, as sent or after decompression.");

    Task RefuseAsync(HttpContext context, OtlpOutcome outcome, OtlpEncoding encoding, int status = 0)
    {
        statistics.AddRefused(outcome.Reason);
        if (outcome.Code == StatusCode.Cancelled)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return OtlpHttpAnswer.WriteAsync(context, outcome, encoding, _retryAfterSeconds, status);
    }
}
