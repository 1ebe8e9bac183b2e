using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Receivers.Syslog;

/// <summary>A bound datagram socket with the options that .NET has no name for. Linux.</summary>
sealed class UdpSocket : IDatagramSocket
{
    // <asm-generic/socket.h>, the same on x86-64 and ARM64.
    const int SolSocket = 1;
    const int SoReceiveBuffer = 8;
    const int SoReusePort = 15;
    const int SoReceiveBufferForce = 33;
    const int SoMemInfo = 55;
    const int MemInfoDrops = 8;
    const int MemInfoCount = 9;

    readonly Socket _socket;
    readonly bool _isBorrowed;
    uint _drops;

    /// <exception cref="SocketException">The address cannot be had.</exception>
    public UdpSocket(IPEndPoint endPoint, int receiveBufferBytes)
    {
        RefuseSharing(endPoint);
        _socket = Make(endPoint);
        _socket.SetRawSocketOption(SolSocket, SoReusePort, Bytes(1));
        ReceiveBufferBytes = AskForBuffer(receiveBufferBytes);
        try
        {
            _socket.Bind(endPoint);
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>More sockets on the port of a first one.</summary>
    public UdpSocket(UdpSocket first, int receiveBufferBytes)
    {
        _socket = Make(first.EndPoint);
        _socket.SetRawSocketOption(SolSocket, SoReusePort, Bytes(1));
        ReceiveBufferBytes = AskForBuffer(receiveBufferBytes);
        _socket.Bind(first.EndPoint);
    }

    /// <summary>A socket that the service manager has bound; it stays open.</summary>
    public UdpSocket(Socket borrowed, int receiveBufferBytes)
    {
        _socket = borrowed;
        _isBorrowed = true;
        ReceiveBufferBytes = AskForBuffer(receiveBufferBytes);
        // What was dropped before our time was another process's to count.
        TakeDrops();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>The file descriptor; good until <see cref="Dispose"/>.</summary>
    public int Handle => (int)_socket.SafeHandle.DangerousGetHandle();

    public bool CanSenderWait => false;

    /// <summary>What the kernel granted, as a program would have asked for it.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>Datagrams that the kernel dropped since the last call.</summary>
    public uint TakeDrops()
    {
        Span<byte> info = stackalloc byte[MemInfoCount * sizeof(uint)];
        if (_socket.GetRawSocketOption(SolSocket, SoMemInfo, info) < info.Length)
        {
            return 0;
        }

        // The kernel's counter wraps, and so does the difference.
        uint drops = MemoryMarshal.Cast<byte, uint>(info)[MemInfoDrops];
        uint more = drops - _drops;
        _drops = drops;
        return more;
    }

    public void Dispose()
    {
        if (!_isBorrowed)
        {
            _socket.Dispose();
        }
    }

    /// <summary>SO_REUSEPORT lets a second process of the same user take half of the datagrams without a word; a first bind without it does not.</summary>
    static void RefuseSharing(IPEndPoint endPoint)
    {
        using Socket probe = Make(endPoint);
        probe.Bind(endPoint);
    }

    static Socket Make(IPEndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
        }

        return socket;
    }

    int AskForBuffer(int bytes)
    {
        try
        {
            // Beyond net.core.rmem_max; needs CAP_NET_ADMIN.
            _socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, Bytes(bytes));
        }
        catch (SocketException)
        {
            _socket.SetRawSocketOption(SolSocket, SoReceiveBuffer, Bytes(bytes));
        }

        Span<byte> got = stackalloc byte[sizeof(int)];
        _socket.GetRawSocketOption(SolSocket, SoReceiveBuffer, got);
        // The kernel doubles the number for its own book-keeping, socket(7).
        return MemoryMarshal.Read<int>(got) / 2;
    }

    static ReadOnlySpan<byte> Bytes(int value) => BitConverter.GetBytes(value);
}
