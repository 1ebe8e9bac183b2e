namespace Collector.Outputs.Otlp;

/// <summary>How requests travel.</summary>
enum OtlpProtocol
{
    Grpc,
    HttpProtobuf,
}
