using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>A datagram socket in the file system. The kernel makes its senders wait, so it drops nothing.</summary>
sealed class UnixDatagramSocket : IDatagramSocket
{
    readonly string _path;
    readonly Socket _socket;
    readonly bool _isBorrowed;

    /// <exception cref="ReceiverStartException">The path cannot be had.</exception>
    public UnixDatagramSocket(string path)
    {
        IReadOnlyList<Socket> found = InheritedSockets.OfProcess.Find(new UnixDomainSocketEndPoint(path), SocketType.Dgram);
        _path = path;
        _isBorrowed = found.Count > 0;
        _socket = _isBorrowed ? found[0] : UnixSocketFile.Bind(path, SocketType.Dgram, "unix_datagram");
    }

    public int Handle => (int)_socket.SafeHandle.DangerousGetHandle();

    public bool CanSenderWait => true;

    public uint TakeDrops() => 0;

    public void Dispose()
    {
        if (!_isBorrowed)
        {
            _socket.Dispose();
            File.Delete(_path);
        }
    }
}
