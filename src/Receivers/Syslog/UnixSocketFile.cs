using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>A socket in the file system, such as <c>/dev/log</c>: bound, open to all local users, and gone when we go.</summary>
static class UnixSocketFile
{
    const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <exception cref="ReceiverStartException">The path cannot be had.</exception>
    public static Socket Bind(string path, SocketType type, string transport)
    {
        Socket socket = new(AddressFamily.Unix, type, ProtocolType.Unspecified);
        try
        {
            RemoveStale(path, type, transport);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, ForAll);
            }

            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new ReceiverStartException(
                $"syslog cannot listen on {transport} {path}: {e.Message}; the folder must exist and be writable for the service's user, and the path have 107 bytes at most", e);
        }
    }

    /// <summary>Removes what an earlier process left, and nothing else.</summary>
    static void RemoveStale(string path, SocketType type, string transport)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (IsFile(path))
        {
            throw new ReceiverStartException($"syslog cannot listen on {transport} {path}: a file that is no socket is there; remove it or name another path");
        }

        try
        {
            using Socket probe = new(AddressFamily.Unix, type, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new ReceiverStartException($"syslog cannot listen on {transport} {path}: another process has it; stop that one or name another path");
    }

    // Opening a socket as a file fails on Linux (ENXIO), whoever asks.
    static bool IsFile(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
