using System.Net;
using Receivers.Tls;

namespace Receivers.Otlp;

/// <summary>Settings under <c>receivers.otlp</c>.</summary>
public sealed class OtlpOptions
{
    const long MiB = 1024 * 1024;

    /// <summary>Where gRPC is served; null for not at all.</summary>
    /// <value>Default <c>0.0.0.0:4317</c>, the port that OTLP has registered.</value>
    public IPEndPoint? Grpc { get; set; } = new(IPAddress.Any, 4317);

    /// <summary>Where HTTP is served; null for not at all.</summary>
    /// <value>Default <c>0.0.0.0:4318</c>, the port that OTLP has registered.</value>
    public IPEndPoint? Http { get; set; } = new(IPAddress.Any, 4318);

    /// <summary>Largest HTTP body, as sent and after decompression.</summary>
    /// <value>1 byte to 1 GiB; default 64 MiB, which the OTLP specification recommends.</value>
    public long HttpBodyBytesMax { get; set; } = 64 * MiB;

    /// <summary>Largest gRPC message, as sent and after decompression.</summary>
    /// <value>1 byte to 1 GiB; default 4 MiB, as gRPC has it everywhere.</value>
    public int GrpcMessageBytesMax { get; set; } = (int)(4 * MiB);

    /// <summary>Most log records in one request.</summary>
    /// <value>1 to 16,777,216; default 262,144: 28 MiB of records in memory, and SDKs send 512, collectors 8,192.</value>
    public int RecordCountMax { get; set; } = 262_144;

    /// <summary>Memory for bodies that are being read or decoded, over all requests.</summary>
    /// <value>1 MiB to 16 GiB; default 128 MiB: twice the largest body, which is what its records take.</value>
    public long MemoryBytesMax { get; set; } = 128 * MiB;

    /// <summary>Most connections at a time, both ports together.</summary>
    /// <value>1 to 1,000,000; default 4,096: each costs some 16 KiB while idle.</value>
    public int ConnectionCountMax { get; set; } = 4_096;

    /// <summary>How long a request waits for room in the queue before it is answered "try later".</summary>
    /// <value>0 to 1 minute; default 2 s: clients give up after 10 s.</value>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The delay that a refused sender is asked to keep.</summary>
    /// <value>1 s to 1 hour; default 1 s: the queue drains in less, and senders add jitter.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>TLS on both ports; null for none.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>Tokens of which a request must carry one as <c>Authorization: Bearer</c>; several, so that they can be changed without a gap.</summary>
    public IReadOnlyList<string> BearerTokens { get; set; } = [];

    /// <summary><c>user:password</c> pairs of which a request must carry one as <c>Authorization: Basic</c>.</summary>
    public IReadOnlyList<string> BasicCredentials { get; set; } = [];

    /// <summary>Origins whose pages may send, such as <c>https://app.example.org</c>, or <c>*</c>. Empty: CORS is off.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Request headers that such pages may set beyond those that OTLP needs.</summary>
    public IReadOnlyList<string> CorsHeaders { get; set; } = [];

    /// <summary>Reads the settings of one section; every key has its meaning, default and limits here.</summary>
    public static OtlpOptions Read(OptionsReader reader)
    {
        OtlpOptions options = new();
        options.Grpc = reader.EndPoint("grpc", options.Grpc, "Address for OTLP over gRPC, or off.");
        options.Http = reader.EndPoint("http", options.Http, "Address for OTLP over HTTP (/v1/logs, protobuf and JSON), or off.");
        options.HttpBodyBytesMax = reader.Bytes("http_body", options.HttpBodyBytesMax, 1, 1024 * MiB, "Largest HTTP body, as sent and after decompression.");
        options.GrpcMessageBytesMax = (int)reader.Bytes("grpc_message", options.GrpcMessageBytesMax, 1, 1024 * MiB, "Largest gRPC message, as sent and after decompression.");
        options.RecordCountMax = (int)reader.Number("records", options.RecordCountMax, 1, 16_777_216, "Most log records in one request.");
        options.MemoryBytesMax = reader.Bytes("memory", options.MemoryBytesMax, MiB, 16 * 1024 * MiB, "Memory for bodies being read or decoded, over all requests; beyond it senders are told to try later.");
        options.ConnectionCountMax = (int)reader.Number("connections", options.ConnectionCountMax, 1, 1_000_000, "Most connections at a time.");
        options.Wait = reader.Duration("wait", options.Wait, TimeSpan.Zero, TimeSpan.FromMinutes(1), "How long a request waits for room in the queue before it is answered \"try later\".");
        options.RetryAfter = reader.Duration("retry_after", options.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "Delay that a refused sender is asked to keep, in whole seconds.");

        options.Tls = TlsOptions.Read(reader.Section("tls", "TLS on both ports; off by default."));

        OptionsReader auth = reader.Section("auth", "Credentials that senders must have; none by default.");
        options.BearerTokens = auth.Texts("bearer_tokens", [], "Tokens of which a request must carry one (Authorization: Bearer).");
        options.BasicCredentials = auth.Texts("basic_credentials", [], "Pairs user:password of which a request must carry one (Authorization: Basic).");
        if (options.BasicCredentials.Any(pair => !pair.Contains(':', StringComparison.Ordinal)))
        {
            auth.Mistake("basic_credentials", "every entry is a user and a password with a colon between, such as sender:secret");
        }

        if (options.BearerTokens.Concat(options.BasicCredentials).Any(string.IsNullOrWhiteSpace))
        {
            auth.Mistake("bearer_tokens", "an empty credential would let everyone in");
        }

        OptionsReader cors = reader.Section("cors", "Pages of browsers that may send; off by default.");
        options.CorsOrigins = cors.Texts("origins", [], "Origins that may send, such as https://app.example.org, or * for all.");
        options.CorsHeaders = cors.Texts("headers", [], "Request headers that pages may set beyond those that OTLP needs.");
        if (options.MemoryBytesMax < 2 * Math.Max(options.HttpBodyBytesMax, options.GrpcMessageBytesMax))
        {
            reader.Mistake("memory", "less than twice http_body or grpc_message: the largest request could never be decoded");
        }

        return options;
    }
}
