using System.Globalization;
using Collector.Alerts;
using Collector.Outputs.Requests;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using RpcStatus = Google.Rpc.Status;

namespace Collector.Outputs.Otlp;

/// <summary>What an OTLP server's answer means. Source: OTLP specification, OTLP/HTTP response and failures.</summary>
static class OtlpAnswer
{
    public const string Protobuf = "application/x-protobuf";

    // As much as a person reads.
    const int DetailBytesMax = 300;

    /// <summary>The specification's table: everything else is final.</summary>
    public static bool IsRetryable(int status) => status is 429 or 502 or 503 or 504;

    public static SendOutcome Judge(HttpAnswer answer, int records, Func<int, bool> isRetryable)
    {
        if (answer.IsSuccess)
        {
            return answer.IsWhole && answer.ContentType == Protobuf ? Partial(Parse(ExportLogsServiceResponse.Parser, answer.Body.Span), records) : SendOutcome.Delivered;
        }

        string detail = string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {Message(answer)}").TrimEnd();
        return isRetryable(answer.Status) ? SendOutcome.Retry(answer.Reason, detail, answer.RetryAfter) : SendOutcome.Refused(answer.Reason, detail);
    }

    /// <summary>Rejected records are lost, and never sent again. A message without rejected records is a warning.</summary>
    public static SendOutcome Partial(ExportLogsServiceResponse? response, int records)
    {
        if (response?.PartialSuccess is not { } partial)
        {
            return SendOutcome.Delivered;
        }

        int rejected = (int)Math.Clamp(partial.RejectedLogRecords, 0, records);
        return SendOutcome.Delivered with { Rejected = rejected, Reason = rejected > 0 ? OutputDropReasons.Rejected : "", Detail = Clean(partial.ErrorMessage) };
    }

    /// <summary>Text of the far side for a log line.</summary>
    public static string Clean(string text) => AlertText.Clean(System.Text.Encoding.UTF8.GetBytes(text), DetailBytesMax);

    static string Message(HttpAnswer answer)
    {
        if (answer.ContentType != Protobuf)
        {
            return AlertText.Clean(answer.Body.Span, DetailBytesMax);
        }

        return answer.IsWhole && Parse(RpcStatus.Parser, answer.Body.Span) is { } status ? Clean(status.Message) : "";
    }

    /// <returns>Null for what is no such message.</returns>
    static T? Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
