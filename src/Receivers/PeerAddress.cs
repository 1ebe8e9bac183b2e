using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Receivers;

/// <summary>Who sent a record: an IP address and a port, without allocation. <c>default</c> is "unknown" (unix sockets, files).</summary>
/// <remarks>IPv4-mapped IPv6 addresses are kept as IPv4, so that one sender has one name on a dual-stack socket.</remarks>
public readonly record struct PeerAddress
{
    readonly ulong _high;
    readonly ulong _low;

    PeerAddress(ulong high, ulong low, ushort port, bool isV6)
    {
        _high = high;
        _low = low;
        Port = port;
        IsV6 = isV6;
        IsKnown = true;
    }

    /// <summary>UDP or TCP port, 0 to 65535.</summary>
    public ushort Port { get; }

    public bool IsV6 { get; }

    public bool IsKnown { get; }

    /// <summary>The address as 128 bits; IPv4 in the lowest 32.</summary>
    internal (ulong High, ulong Low) Bits => (_high, _low);

    /// <param name="address">Four bytes in network order.</param>
    /// <param name="port">Port in host order.</param>
    public static PeerAddress V4(ReadOnlySpan<byte> address, ushort port) =>
        new(0, BinaryPrimitives.ReadUInt32BigEndian(address), port, isV6: false);

    /// <param name="address">Sixteen bytes in network order.</param>
    /// <param name="port">Port in host order.</param>
    public static PeerAddress V6(ReadOnlySpan<byte> address, ushort port)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        return high == 0 && low >> 32 == 0xFFFF
            ? new PeerAddress(0, (uint)low, port, isV6: false)
            : new PeerAddress(high, low, port, isV6: true);
    }

    /// <summary>Unknown for anything that is not an IP end point.</summary>
    public static PeerAddress From(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint ip)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        return ip.Address.TryWriteBytes(bytes, out int length) && length == 4
            ? V4(bytes, (ushort)ip.Port)
            : V6(bytes, (ushort)ip.Port);
    }

    /// <summary>The same address with another port; 0 makes one key of all connections of a host.</summary>
    public PeerAddress WithPort(ushort port) => IsKnown ? new PeerAddress(_high, _low, port, IsV6) : this;

    /// <summary>The address without the port; <c>IPAddress.None</c> when unknown.</summary>
    public IPAddress ToIPAddress()
    {
        if (!IsKnown)
        {
            return IPAddress.None;
        }

        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(WriteAddress(bytes));
    }

    /// <summary>Writes <c>10.0.0.7:49152</c> or <c>[2001:db8::1]:49152</c> as ASCII; 0 bytes when unknown.</summary>
    /// <param name="destination">At least 64 bytes.</param>
    /// <param name="withPort">False for the bare address, without brackets.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination, bool withPort = true)
    {
        if (!IsKnown)
        {
            return 0;
        }

        int at = 0;
        if (withPort && IsV6)
        {
            destination[at++] = (byte)'[';
        }

        if (IsV6)
        {
            // Allocates; IPv6 text has rules of its own and this is no hot path.
            ToIPAddress().TryFormat(destination[at..], out int written);
            at += written;
        }
        else
        {
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                ((byte)(_low >> shift)).TryFormat(destination[at..], out int written, default, CultureInfo.InvariantCulture);
                at += written;
                if (shift > 0)
                {
                    destination[at++] = (byte)'.';
                }
            }
        }

        if (withPort)
        {
            if (IsV6)
            {
                destination[at++] = (byte)']';
            }

            destination[at++] = (byte)':';
            Port.TryFormat(destination[at..], out int written, default, CultureInfo.InvariantCulture);
            at += written;
        }

        return at;
    }

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[64];
        return System.Text.Encoding.ASCII.GetString(text[..Write(text)]);
    }

    ReadOnlySpan<byte> WriteAddress(Span<byte> bytes)
    {
        if (!IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_low);
            return bytes[..4];
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
        return bytes[..16];
    }
}
