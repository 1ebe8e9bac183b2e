using Collector.Outputs.Requests;

namespace Collector.Outputs.Otlp;

/// <summary>Records to a store or collector that speaks OTLP.</summary>
static class OtlpOutput
{
    public static OutputKind Kind { get; } = new OutputKind<OtlpOutputOptions>(
        "otlp",
        "OTLP, to another collector or a store: all that a record holds, and the verdict beside it.",
        new OutputQueueOptions(),
        OtlpOutputOptions.Read,
        Create);

    /// <summary>A sender of requests to an OTLP/HTTP address.</summary>
    /// <param name="target">Owned by the sender.</param>
    /// <param name="address">With its path.</param>
    /// <param name="isRetryable">Which statuses the far side may recover from.</param>
    /// <param name="time">The clock.</param>
    public static IRequestSender HttpSender(HttpTarget target, Uri address, Func<int, bool> isRetryable, TimeProvider time) =>
        new HttpSender(target, address, OtlpAnswer.Protobuf, (answer, records) => OtlpAnswer.Judge(answer, records, isRetryable), time);

    static RequestOutput Create(string name, OtlpOutputOptions options, OutputContext context) => new(
        name,
        new OtlpPayload(options.Target.RequestBytesMax),
        () =>
        {
            HttpTarget target = new(options.Target, name);
            return options.Protocol == OtlpProtocol.Grpc
                ? new OtlpGrpcSender(target, context.Time)
                : HttpSender(target, options.Address, OtlpAnswer.IsRetryable, context.Time);
        });
}
