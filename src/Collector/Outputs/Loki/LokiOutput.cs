using System.Globalization;
using Collector.Alerts;
using Collector.Outputs.Otlp;
using Collector.Outputs.Requests;

namespace Collector.Outputs.Loki;

/// <summary>Records to Grafana Loki.</summary>
static class LokiOutput
{
    const int DetailBytesMax = 300;

    public static OutputKind Kind { get; } = new OutputKind<LokiOutputOptions>(
        "loki",
        "Grafana Loki.",
        new OutputQueueOptions(),
        LokiOutputOptions.Read,
        Create);

    static RequestOutput Create(string name, LokiOutputOptions options, OutputContext context)
    {
        bool isOtlp = options.Api == LokiApi.Otlp;
        return new RequestOutput(
            name,
            isOtlp ? new OtlpPayload(options.Target.RequestBytesMax) : new LokiPushPayload(options.Target.RequestBytesMax, options.Format, options.OriginsMax),
            () =>
            {
                HttpTarget target = new(options.Target, name, context) { PlainHeaders = options.Tenant.Length == 0 ? [] : [("X-Scope-OrgID", options.Tenant)] };
                return isOtlp
                    ? OtlpOutput.HttpSender(target, options.Address, IsRetryable)
                    : new HttpSender(target, options.Address, "application/json", Judge);
            });
    }

    /// <summary>Unlike OTLP's table: Loki answers 500 when too few ingesters took the records, and its own clients try again.</summary>
    static bool IsRetryable(int status) => status is 429 or >= 500;

    static SendOutcome Judge(HttpAnswer answer, int records)
    {
        if (answer.IsSuccess)
        {
            return SendOutcome.Delivered;
        }

        string detail = string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {AlertText.Clean(answer.Body.Span, DetailBytesMax)}").TrimEnd();
        return IsRetryable(answer.Status) ? SendOutcome.Retry(answer.Reason, detail, answer.RetryAfter) : SendOutcome.Refused(answer.Reason, detail);
    }
}
