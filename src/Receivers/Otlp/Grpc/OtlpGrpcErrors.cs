using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RpcStatus = Google.Rpc.Status;

namespace Receivers.Otlp.Grpc;

/// <summary>Outcomes as gRPC errors, with <c>google.rpc.Status</c> in <c>grpc-status-details-bin</c>.</summary>
static class OtlpGrpcErrors
{
    const string DetailsName = "grpc-status-details-bin";

    public static RpcException Exception(OtlpOutcome outcome, OtlpOptions options)
    {
        Metadata trailers = [new(DetailsName, Details(in outcome, options).ToByteArray())];
        return new RpcException(new Status(outcome.Code, outcome.Message), trailers, outcome.Message);
    }

    /// <summary>Answers before anything of the request was read. Source: gRPC over HTTP/2, "Trailers-Only".</summary>
    public static Task WriteAsync(HttpContext context, OtlpOutcome outcome, OtlpOptions options)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)outcome.Code).ToString(CultureInfo.InvariantCulture);
        // The messages are plain ASCII without a percent sign, so they need no escapes.
        context.Response.Headers["grpc-message"] = outcome.Message;
        context.Response.Headers[DetailsName] = Convert.ToBase64String(Details(in outcome, options).ToByteArray()).TrimEnd('=');
        return context.Response.CompleteAsync();
    }

    static RpcStatus Details(in OtlpOutcome outcome, OtlpOptions options) => OtlpStatus.From(in outcome, (int)Math.Ceiling(options.RetryAfter.TotalSeconds));
}
