using System.Globalization;
using Collector.Outputs.Requests;
using Collector.Outputs.Tls;

namespace Collector.Outputs.Otlp;

/// <summary>Defaults of an <c>otlp</c> output that the environment gives: <c>OTEL_EXPORTER_OTLP_LOGS_*</c>, else <c>OTEL_EXPORTER_OTLP_*</c>.</summary>
/// <remarks>
/// Read only when such an output is configured; a key of the file always wins. Source: OpenTelemetry specification, protocol/exporter.md.
/// </remarks>
/// <param name="environment">The value of a variable; null when it is not set.</param>
sealed class OtlpDefaults(Func<string, string?> environment)
{
    const string LogsPrefix = "OTEL_EXPORTER_OTLP_LOGS_";
    const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Variables that cannot be used, each with its key in the file.</summary>
    public List<(string Key, string Message)> Mistakes { get; } = [];

    /// <summary>True when <see cref="Endpoint"/> is the whole address, to which no path is added.</summary>
    public bool IsEndpointWhole => Variable(LogsPrefix, "ENDPOINT") is not null;

    public string? Endpoint
    {
        get
        {
            string? endpoint = Get("ENDPOINT");
            if (endpoint is null || endpoint.Contains("://", StringComparison.Ordinal))
            {
                return endpoint;
            }

            // gRPC's exporters take host:port and are told by a variable of their own whether it is to be encrypted.
            return (string.Equals(Get("INSECURE"), "true", StringComparison.OrdinalIgnoreCase) ? "http://" : "https://") + endpoint;
        }
    }

    public OtlpProtocol Protocol => Get("PROTOCOL") switch
    {
        null or "grpc" => OtlpProtocol.Grpc,
        "http/protobuf" => OtlpProtocol.HttpProtobuf,
        _ => Wrong("protocol", "PROTOCOL", "grpc or http/protobuf", OtlpProtocol.Grpc),
    };

    public HttpTargetOptions Target => new()
    {
        Headers = Headers(),
        IsCompressed = Get("COMPRESSION") switch
        {
            null or "gzip" => true,
            "none" => false,
            _ => Wrong("compression", "COMPRESSION", "gzip or none", true),
        },
        Timeout = Timeout(),
        Connection = new HttpConnectionOptions
        {
            Tls = new ClientTlsOptions
            {
                Ca = Get("CERTIFICATE") ?? "",
                Certificate = Get("CLIENT_CERTIFICATE") ?? "",
                KeyFile = Get("CLIENT_KEY") ?? "",
            },
        },
    };

    TimeSpan Timeout()
    {
        TimeSpan fallback = new HttpTargetOptions().Timeout;
        return Get("TIMEOUT") is not { } text ? fallback
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds is >= 100 and <= 600_000
                ? TimeSpan.FromMilliseconds(milliseconds)
                : Wrong("timeout", "TIMEOUT", "milliseconds, 100 to 600000", fallback);
    }

    /// <summary><c>a=1,b=2</c>, the values as in a URL.</summary>
    string Headers() => string.Join('\n', (Get("HEADERS") ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(pair => pair.Split('=', 2, StringSplitOptions.TrimEntries))
        .Select(pair => pair.Length == 2 ? $"{pair[0]}={Uri.UnescapeDataString(pair[1])}" : pair[0]));

    T Wrong<T>(string key, string variable, string wanted, T fallback)
    {
        Mistakes.Add((key, $"{Prefix}{variable} in the environment gives the default and must be {wanted}; mend it, or write the key here"));
        return fallback;
    }

    string? Get(string name) => Variable(LogsPrefix, name) ?? Variable(Prefix, name);

    // An empty variable counts as unset (specification, configuration/sdk-environment-variables.md).
    string? Variable(string prefix, string name) => environment(prefix + name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;
}
