using System.Net;

namespace Receivers.Syslog;

/// <summary>Networks such as <c>10.0.0.0/8</c> and <c>2001:db8::/32</c>, and which of them an address is in. Immutable.</summary>
sealed class NetworkList
{
    readonly (ulong High, ulong Low, ulong HighMask, ulong LowMask, bool IsV6)[] _networks;

    public NetworkList(IEnumerable<IPNetwork> networks) => _networks = [.. networks.Select(Entry)];

    public bool IsEmpty => _networks.Length == 0;

    /// <summary>Index of the first network that holds the address; -1 for none and for unknown peers. Allocates nothing.</summary>
    public int IndexOf(PeerAddress peer)
    {
        if (!peer.IsKnown)
        {
            return -1;
        }

        (ulong high, ulong low) = peer.Bits;
        for (int i = 0; i < _networks.Length; i++)
        {
            ref readonly (ulong High, ulong Low, ulong HighMask, ulong LowMask, bool IsV6) network = ref _networks[i];
            if (network.IsV6 == peer.IsV6 && (high & network.HighMask) == network.High && (low & network.LowMask) == network.Low)
            {
                return i;
            }
        }

        return -1;
    }

    public bool Contains(PeerAddress peer) => IndexOf(peer) >= 0;

    /// <summary>A network, or one address.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="network">Host bits are dropped, since <c>10.1.2.3/8</c> is plain enough.</param>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out IPAddress? address))
        {
            return false;
        }

        byte[] bytes = address.GetAddressBytes();
        int length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), out length) || length < 0 || length > bytes.Length * 8))
        {
            return false;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            int kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    static (ulong High, ulong Low, ulong HighMask, ulong LowMask, bool IsV6) Entry(IPNetwork network)
    {
        PeerAddress address = PeerAddress.From(new IPEndPoint(network.BaseAddress, 0));
        (ulong high, ulong low) = address.Bits;
        int length = network.PrefixLength + (address.IsV6 ? 0 : 96);
        if (network.BaseAddress.IsIPv4MappedToIPv6)
        {
            // ::ffff:10.0.0.0/104 is 10.0.0.0/8: peers are kept as IPv4.
            length = Math.Max(network.PrefixLength, 96);
        }

        ulong highMask = length >= 64 ? ulong.MaxValue : length == 0 ? 0 : ulong.MaxValue << (64 - length);
        ulong lowMask = length <= 64 ? 0 : ulong.MaxValue << (128 - length);
        return (high & highMask, low & lowMask, highMask, lowMask, address.IsV6);
    }
}
