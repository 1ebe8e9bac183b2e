using System.Net;
using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>status</c>: the status page and the API, for this host only unless opened.</summary>
/// <param name="Listen">Null serves neither.</param>
/// <param name="IsWanted">The user named the address: that it cannot be had is an error then, and a warning when it is only the default.</param>
sealed record StatusOptions(IPEndPoint? Listen, bool IsWanted)
{
    public static StatusOptions Read(OptionsReader reader) =>
        new(reader.EndPoint("listen", new IPEndPoint(IPAddress.Loopback, 8080), "Address of the status page and the API. It shows log lines and has no login: open it to trusted networks only."), reader.Has("listen"));
}
