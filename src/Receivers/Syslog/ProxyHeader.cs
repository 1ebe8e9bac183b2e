using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Receivers.Syslog;

/// <summary>The PROXY protocol, version 1 and 2: who is behind a load balancer. Source: haproxy, doc/proxy-protocol.txt.</summary>
static class ProxyHeader
{
    // "PROXY UNKNOWN" with two full IPv6 addresses and ports: the longest line there may be, CR LF included.
    const int LineBytesMax = 107;
    const int FixedBytes = 16;

    // Addresses of the largest family, and room for the TLVs that balancers add.
    const int VariableBytesMax = 4096;
    const byte Tcp4 = 0x11;
    const byte Tcp6 = 0x21;

    static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads the header off the front of a connection, and not one byte more.</summary>
    /// <param name="socket">Connected to a trusted proxy, which must send one.</param>
    /// <param name="proxy">The proxy itself: the answer for its own health checks.</param>
    /// <param name="cancellationToken">The end of patience.</param>
    /// <exception cref="PrologueException">There is no header, or a broken one.</exception>
    public static async Task<PeerAddress> ReadAsync(Socket socket, PeerAddress proxy, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[FixedBytes + VariableBytesMax];
        await ReadExactlyAsync(socket, buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false);
        int length = 1;
        if (buffer[0] == 'P')
        {
            // The line is short and has no length of its own; byte by byte takes nothing of what follows it.
            for (; length < LineBytesMax && buffer[length - 1] != '\n'; length++)
            {
                await ReadExactlyAsync(socket, buffer.AsMemory(length, 1), cancellationToken).ConfigureAwait(false);
            }

            return TryReadLine(buffer.AsSpan(0, length), proxy, out PeerAddress peer) ? peer : throw Broken();
        }

        await ReadExactlyAsync(socket, buffer.AsMemory(1, FixedBytes - 1), cancellationToken).ConfigureAwait(false);
        int variable = BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(14));
        if (!buffer.AsSpan().StartsWith(Signature) || variable > VariableBytesMax)
        {
            throw Broken();
        }

        await ReadExactlyAsync(socket, buffer.AsMemory(FixedBytes, variable), cancellationToken).ConfigureAwait(false);
        return TryReadBinary(buffer.AsSpan(0, FixedBytes + variable), proxy, out PeerAddress client) ? client : throw Broken();
    }

    /// <summary><c>PROXY TCP4 192.0.2.1 198.51.100.1 56324 514\r\n</c></summary>
    internal static bool TryReadLine(ReadOnlySpan<byte> line, PeerAddress proxy, out PeerAddress peer)
    {
        peer = proxy;
        if (!line.EndsWith("\r\n"u8))
        {
            return false;
        }

        string[] words = Encoding.ASCII.GetString(line[..^2]).Split(' ');
        if (words is ["PROXY", "UNKNOWN", ..])
        {
            return true;
        }

        if (words is not ["PROXY", "TCP4" or "TCP6", _, _, _, _] || !IPAddress.TryParse(words[2], out IPAddress? address)
            || (address.AddressFamily == AddressFamily.InterNetwork) != (words[1] == "TCP4")
            || !ushort.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        peer = PeerAddress.From(new IPEndPoint(address, port));
        return true;
    }

    internal static bool TryReadBinary(ReadOnlySpan<byte> header, PeerAddress proxy, out PeerAddress peer)
    {
        peer = proxy;
        byte version = (byte)(header[12] >> 4), command = (byte)(header[12] & 0xF), family = header[13];
        ReadOnlySpan<byte> addresses = header[FixedBytes..];
        if (version != 2 || command > 1)
        {
            return false;
        }

        if (command == 0 || !(family is Tcp4 or Tcp6))
        {
            // LOCAL, or a family that is no IP over TCP: the proxy speaks for itself.
            return true;
        }

        if (addresses.Length < (family == Tcp4 ? 12 : 36))
        {
            return false;
        }

        peer = family == Tcp4
            ? PeerAddress.V4(addresses[..4], BinaryPrimitives.ReadUInt16BigEndian(addresses[8..]))
            : PeerAddress.V6(addresses[..16], BinaryPrimitives.ReadUInt16BigEndian(addresses[32..]));
        return true;
    }

    static PrologueException Broken() => new(RefusedReasons.ProxyHeaderInvalid, "the proxy sent no valid PROXY header");

    static async Task ReadExactlyAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!buffer.IsEmpty)
        {
            int read = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw Broken();
            }

            buffer = buffer[read..];
        }
    }
}
