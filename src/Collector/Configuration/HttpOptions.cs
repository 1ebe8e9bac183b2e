using System.Net;
using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>http</c>: metrics and health.</summary>
/// <param name="Listen">Null serves neither.</param>
sealed record HttpOptions(IPEndPoint? Listen)
{
    public static IPEndPoint DefaultListen { get; } = new(IPAddress.Any, 8000);

    public static HttpOptions Read(OptionsReader reader) =>
        new(reader.EndPoint("listen", DefaultListen, "Address of /metrics, /livez, /readyz and /healthz."));
}
