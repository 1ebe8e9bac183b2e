using Collector.Outputs.Requests;
using Receivers;

namespace Collector.Outputs.Otlp;

/// <summary>Settings under <c>outputs.otlp</c>. Equal when nothing was changed.</summary>
/// <param name="Protocol">How requests travel.</param>
/// <param name="Address">Of a request: for HTTP with its path, for gRPC scheme, host and port.</param>
/// <param name="Target">The rest.</param>
sealed record OtlpOutputOptions(OtlpProtocol Protocol, Uri Address, HttpTargetOptions Target)
{
    /// <summary>Source: OTLP specification, OTLP/HTTP request.</summary>
    public const string LogsPath = "/v1/logs";

    static readonly string[] Protocols = ["grpc", "http/protobuf"];

    public static OtlpOutputOptions Read(OptionsReader options) => Read(options, Environment.GetEnvironmentVariable);

    /// <param name="options">The section.</param>
    /// <param name="environment">The value of a variable; null when it is not set.</param>
    public static OtlpOutputOptions Read(OptionsReader options, Func<string, string?> environment)
    {
        OtlpDefaults defaults = new(environment);
        OtlpProtocol protocol = (OtlpProtocol)options.Choice("protocol", (int)defaults.Protocol, Protocols, "How requests travel.");
        HttpTargetOptions target = HttpTargetOptions.Read(
            options, defaults.Target, defaults.Endpoint,
            "Address to send to, such as `http://otel.example.org:4317`, or `:4318` for http/protobuf, where `/v1/logs` is added.");
        foreach ((string key, string message) in defaults.Mistakes.Where(mistake => !options.Has(mistake.Key)))
        {
            options.Mistake(key, message);
        }

        if (protocol == OtlpProtocol.Grpc && target.Connection.Proxy.Length > 0 && target.Endpoint.Scheme == Uri.UriSchemeHttp)
        {
            options.Mistake("proxy", "cannot carry gRPC without TLS; write an https endpoint, or protocol: http/protobuf");
        }

        Uri address = protocol == OtlpProtocol.Grpc || (defaults.IsEndpointWhole && !options.Has("endpoint")) ? target.Endpoint : target.WithPath(LogsPath);
        return new OtlpOutputOptions(protocol, address, target);
    }
}
