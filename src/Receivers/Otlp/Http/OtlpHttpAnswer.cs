using System.Globalization;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Receivers.Otlp.Http;

/// <summary>Writes an outcome as an HTTP answer: an export response, or a <c>google.rpc.Status</c> for every error.</summary>
static class OtlpHttpAnswer
{
    /// <summary>Shorter answers grow under gzip.</summary>
    const int GzipBytesMin = 128;

    static readonly byte[] EmptyJson = "{}"u8.ToArray();

    /// <param name="context">Nothing was written to it yet.</param>
    /// <param name="outcome">What became of the request.</param>
    /// <param name="encoding">Of the request.</param>
    /// <param name="retryAfterSeconds">For senders that shall come again.</param>
    /// <param name="status">HTTP status where the outcome's own is too coarse, else 0.</param>
    public static Task WriteAsync(HttpContext context, OtlpOutcome outcome, OtlpEncoding encoding, int retryAfterSeconds, int status = 0)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status == 0 ? outcome.HttpStatus : status;
        response.ContentType = encoding.ContentType();
        if (outcome.Code == StatusCode.OK)
        {
            // Full success leaves partial_success unset, so that the message is empty.
            return encoding == OtlpEncoding.Json ? WriteBodyAsync(context, EmptyJson) : WriteBodyAsync(context, []);
        }

        if (outcome.IsRetryable)
        {
            response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteBodyAsync(
            context,
            encoding == OtlpEncoding.Protobuf ? OtlpStatus.From(in outcome, retryAfterSeconds).ToByteArray() : OtlpStatus.ToJson(in outcome, retryAfterSeconds));
    }

    static Task WriteBodyAsync(HttpContext context, byte[] body)
    {
        if (body.Length >= GzipBytesMin && AcceptsGzip(context.Request))
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.Headers.Append("Vary", "Accept-Encoding");
            body = Gzip(body);
        }

        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    static bool AcceptsGzip(HttpRequest request)
    {
        foreach (string? line in request.Headers.AcceptEncoding)
        {
            foreach (Range range in line.AsSpan().Split(','))
            {
                ReadOnlySpan<char> item = line.AsSpan(range).Trim();
                int semicolon = item.IndexOf(';');
                ReadOnlySpan<char> name = semicolon < 0 ? item : item[..semicolon].TrimEnd();
                // "gzip;q=0" asks for the opposite.
                if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) && (semicolon < 0 || !IsZero(item[(semicolon + 1)..])))
                {
                    return true;
                }
            }
        }

        return false;
    }

    static bool IsZero(ReadOnlySpan<char> parameter)
    {
        int equals = parameter.IndexOf('=');
        return equals >= 0 && double.TryParse(parameter[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double quality) && quality == 0;
    }

    static byte[] Gzip(byte[] body)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }
}
