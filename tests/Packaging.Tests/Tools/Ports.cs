using System.Net;
using System.Net.Sockets;

namespace Packaging.Tests.Tools;

/// <summary>Ports for programs that cannot say which one they took.</summary>
static class Ports
{
    /// <summary>A loopback port that is free for TCP and UDP now.</summary>
    public static int Free()
    {
        while (true)
        {
            using TcpListener tcp = new(IPAddress.Loopback, 0);
            tcp.Start();
            int port = ((IPEndPoint)tcp.LocalEndpoint).Port;
            try
            {
                using UdpClient udp = new(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken for UDP: another one.
            }
        }
    }
}
