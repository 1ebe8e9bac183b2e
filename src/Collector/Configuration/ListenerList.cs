using System.Net;
using System.Net.Sockets;

namespace Collector.Configuration;

/// <summary>Every address that the configuration listens on, to find two on one port before the second one fails to bind.</summary>
sealed class ListenerList(MistakeList mistakes)
{
    readonly List<Listener> _listeners = [];

    /// <param name="endPoint">Null listens nowhere.</param>
    /// <param name="key">A key named <c>udp</c> listens on UDP, every other one on TCP.</param>
    /// <param name="path">Key path of the setting.</param>
    /// <param name="place">Where the user wrote it; null for a default.</param>
    public void Add(IPEndPoint? endPoint, string key, string path, Place? place)
    {
        if (endPoint is null or { Port: 0 })
        {
            return;
        }

        Listener added = new(endPoint, key == "udp", path, place);
        foreach (Listener other in _listeners)
        {
            if (added.IsUdp == other.IsUdp && Clash(endPoint, other.EndPoint))
            {
                // The one that the user wrote can be changed in place.
                (Listener at, Listener taker) = added.Place is null && other.Place is not null ? (other, added) : (added, other);
                mistakes.Add(at.Place ?? default, at.Path, $"{at.EndPoint} is taken by {taker.Path} ({taker.EndPoint}); two listeners cannot share a port");
                return;
            }
        }

        _listeners.Add(added);
    }

    static bool Clash(IPEndPoint a, IPEndPoint b) => a.Port == b.Port
        && (a.Address.Equals(b.Address) || CoversAllOf(a.Address, b.Address) || CoversAllOf(b.Address, a.Address));

    // [::] is bound dual-stack, so it takes the IPv4 port too.
    static bool CoversAllOf(IPAddress wide, IPAddress narrow) => wide.Equals(IPAddress.IPv6Any)
        || (wide.Equals(IPAddress.Any) && narrow.AddressFamily == AddressFamily.InterNetwork);

    sealed record Listener(IPEndPoint EndPoint, bool IsUdp, string Path, Place? Place);
}
