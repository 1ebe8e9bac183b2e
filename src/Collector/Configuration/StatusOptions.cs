using System.Net;
using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>status</c>: the status page and the API, for this host only unless opened.</summary>
/// <param name="Listen">Null serves neither.</param>
sealed record StatusOptions(IPEndPoint? Listen)
{
    public static StatusOptions Read(OptionsReader reader) =>
        new(reader.EndPoint("listen", new IPEndPoint(IPAddress.Loopback, 8080), "Address of the status page and the API. It has no login: open it to trusted networks only."));
}
