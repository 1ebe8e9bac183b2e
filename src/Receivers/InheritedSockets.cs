using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Receivers;

/// <summary>Sockets that the service manager has bound and handed over (systemd's <c>.socket</c> units): it keeps them while we restart, so nothing is refused.</summary>
/// <remarks>
/// Matched by address, port and kind to what the configuration asks for; the names that the manager gives them do not matter. They are borrowed: whoever listens on
/// one stops reading and leaves it open, for a reload and for the process after this one. Source: sd_listen_fds(3). Safe on any thread.
/// </remarks>
public sealed partial class InheritedSockets
{
    const int FirstFile = 3;

    // fcntl(2), the same on x86-64 and ARM64.
    const int DuplicateCloseOnExec = 1030;

    readonly Socket[] _sockets;
    int _nextFile = 512;

    /// <param name="processId">Ours.</param>
    /// <param name="variable">Reads the environment.</param>
    public InheritedSockets(int processId, Func<string, string?> variable)
    {
        // Variables that were meant for another process are passed on by careless parents.
        bool isForUs = int.TryParse(variable("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out int process) && process == processId;
        int count = isForUs && int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int files) ? files : 0;
        _sockets = [.. Enumerable.Range(FirstFile, count).Select(Open).OfType<Socket>()];
    }

    /// <summary>Those of this process.</summary>
    public static InheritedSockets OfProcess { get; } = new(Environment.ProcessId, Environment.GetEnvironmentVariable);

    /// <summary>All sockets that were handed over for an address; several datagram sockets may share one.</summary>
    /// <param name="endPoint">As configured. <c>0.0.0.0</c> is also met by <c>[::]</c>, which hears both.</param>
    /// <param name="type">Stream sockets listen already.</param>
    /// <returns>Borrowed: never dispose them.</returns>
    public IReadOnlyList<Socket> Find(EndPoint endPoint, SocketType type) => [.. _sockets.Where(s => s.SocketType == type && IsFor(s.LocalEndPoint, endPoint))];

    /// <summary>A file descriptor of the caller's own for a stream socket that was handed over, for servers that close what they listen on.</summary>
    /// <returns>Null when there is none.</returns>
    public ulong? Duplicate(IPEndPoint endPoint)
    {
        IReadOnlyList<Socket> found = Find(endPoint, SocketType.Stream);
        if (found.Count == 0)
        {
            return null;
        }

        // Never the number of one before: epoll remembers file and number until the last copy is closed.
        int least = Interlocked.Increment(ref _nextFile);
        int file = FileControl((int)found[0].SafeHandle.DangerousGetHandle(), DuplicateCloseOnExec, least);
        return file >= 0 ? (ulong)file : null;
    }

    static Socket? Open(int file)
    {
        try
        {
            return new Socket(new SafeSocketHandle(file, ownsHandle: false));
        }
        catch (SocketException)
        {
            // A pipe or a file; none of our listeners takes one.
            return null;
        }
    }

    static bool IsFor(EndPoint? bound, EndPoint asked) => (bound, asked) switch
    {
        (IPEndPoint a, IPEndPoint b) => a.Port == b.Port && (a.Address.Equals(b.Address) || (a.Address.Equals(IPAddress.IPv6Any) && b.Address.Equals(IPAddress.Any))),
        (UnixDomainSocketEndPoint a, UnixDomainSocketEndPoint b) => a.ToString() == b.ToString(),
        _ => false,
    };

    [LibraryImport("libc.so.6", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int file, int command, int argument);
}
