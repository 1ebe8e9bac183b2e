using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>A datagram socket in the file system. The kernel makes its senders wait, so it drops nothing.</summary>
sealed class UnixDatagramSocket(string path) : IDatagramSocket
{
    readonly Socket _socket = UnixSocketFile.Bind(path, SocketType.Dgram, "unix_datagram");

    public int Handle => (int)_socket.SafeHandle.DangerousGetHandle();

    public bool CanSenderWait => true;

    public uint TakeDrops() => 0;

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(path);
    }
}
