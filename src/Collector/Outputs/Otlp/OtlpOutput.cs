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
    /// <param name="target">Where to.</param>
    /// <param name="address">With its path.</param>
    /// <param name="isRetryable">Which statuses the far side may recover from.</param>
    public static IRequestSender HttpSender(HttpTarget target, Uri address, Func<int, bool> isRetryable) =>
        new HttpSender(target, address, OtlpAnswer.Protobuf, (answer, records) => OtlpAnswer.Judge(answer, records, isRetryable));

    static RequestOutput Create(string name, OtlpOutputOptions options, OutputContext context) => new(
        name,
        new OtlpPayload(options.Target.RequestBytesMax),
        () =>
        {
            HttpTarget target = new(options.Target, name, context);
            return options.Protocol == OtlpProtocol.Grpc
                ? new OtlpGrpcSender(target)
                : HttpSender(target, options.Address, OtlpAnswer.IsRetryable);
        });
}
