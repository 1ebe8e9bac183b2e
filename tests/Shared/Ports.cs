using System.Net;
using System.Net.Sockets;

namespace Tests.Shared;

/// <summary>Ports for what cannot say which one it took, or is away and comes back.</summary>
static class Ports
{
    // Below those that the kernel gives to connections and to listeners on port 0: nobody takes one meanwhile, and a connection to one that is closed
    // cannot meet itself. Source: net.ipv4.ip_local_port_range, from 32,768 on.
    const int First = 10_000;
    const int Count = 22_000;

    static int _last = Random.Shared.Next(Count);

    /// <summary>A loopback port that is free for TCP and UDP, each time another.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = First + (Interlocked.Increment(ref _last) % Count);
            try
            {
                using TcpListener tcp = new(IPAddress.Loopback, port);
                tcp.Start();
                using UdpClient udp = new(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }
    }
}
