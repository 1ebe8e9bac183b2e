using System.Net;
using Microsoft.AspNetCore.Http;

namespace Receivers.Otlp;

static class Peers
{
    /// <summary>Who is at the other end of the connection.</summary>
    public static PeerAddress Of(ConnectionInfo connection)
    {
        if (connection.RemoteIpAddress is not IPAddress address)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4 ? PeerAddress.V4(bytes, (ushort)connection.RemotePort) : PeerAddress.V6(bytes, (ushort)connection.RemotePort);
    }
}
