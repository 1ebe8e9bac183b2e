using Collector.Outputs.Tls;
using Receivers;

namespace Collector.Outputs.Requests;

/// <summary>How a far side over HTTP is reached; the same keys for every output and alert channel.</summary>
sealed record HttpConnectionOptions
{
    public ClientTlsOptions Tls { get; init; } = new();

    /// <summary>Address of the proxy, perhaps with a login in it; empty for none.</summary>
    public string Proxy { get; init; } = "";

    /// <param name="reader">The output's section.</param>
    /// <param name="defaults">What holds where the user wrote nothing.</param>
    /// <param name="endpoint">The far side, for mistakes; null when it is none itself.</param>
    public static HttpConnectionOptions Read(OptionsReader reader, HttpConnectionOptions defaults, Uri? endpoint)
    {
        string proxy = reader.Text(
            "proxy", null, "HTTP proxy to go through, such as `http://proxy.example.org:3128`, with `user:password@` before the host where it wants a login; `${HTTPS_PROXY}` takes it from the environment.") ?? "";
        if (proxy.Length > 0 && (!Uri.TryCreate(proxy, UriKind.Absolute, out Uri? uri) || uri.Scheme != Uri.UriSchemeHttp || uri.Host.Length == 0))
        {
            reader.Mistake("proxy", "must be an http address, such as http://proxy.example.org:3128");
            proxy = "";
        }

        OptionsReader tls = reader.Section("tls", "Certificates, for https addresses. The certificate of the far side is always verified.");
        HttpConnectionOptions options = new() { Proxy = proxy, Tls = ClientTlsOptions.Read(tls, defaults.Tls) };
        ClientTlsOptions.DemandUse(tls, endpoint is null || endpoint.Scheme == Uri.UriSchemeHttps, "write an https address");
        return options;
    }
}
