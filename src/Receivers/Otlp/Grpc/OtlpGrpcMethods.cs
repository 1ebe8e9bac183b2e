using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Receivers.Otlp.Grpc;

/// <summary>Names the service's method to gRPC, with marshallers of our own: bytes go to the decoder without generated objects between.</summary>
sealed class OtlpGrpcMethods : IServiceMethodProvider<OtlpGrpcService>
{
    const string Service = "opentelemetry.proto.collector.logs.v1.LogsService";

    static Method<OtlpGrpcCall, byte[]> Export { get; } = new(
        MethodType.Unary,
        Service,
        nameof(Export),
        new Marshaller<OtlpGrpcCall>(static (_, _) => throw new NotSupportedException(), Read),
        new Marshaller<byte[]>(static (answer, context) => context.Complete(answer), static _ => throw new NotSupportedException()));

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<OtlpGrpcService> context) =>
        context.AddUnaryMethod(Export, [], static (service, call, serverContext) => service.ExportAsync(call, serverContext));

    static OtlpGrpcCall Read(DeserializationContext context)
    {
        OtlpGrpcCall call = OtlpGrpcCall.Current;
        call.Decode(context.PayloadAsReadOnlySequence());
        return call;
    }
}
