using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Collector.Tests.Outputs.Syslog;

enum PeerManner
{
    Reads,

    /// <summary>Accepts and leaves everything in the kernel.</summary>
    NeverReads,

    /// <summary>Accepts and never says a word: no TLS hello.</summary>
    NeverTalks,
}

/// <summary>A syslog server on loopback that takes octet-counted messages.</summary>
sealed class SyslogPeer : IDisposable
{
    readonly TcpListener _listener;
    readonly PeerManner _manner;
    readonly CancellationTokenSource _stop = new();
    readonly Channel<string> _messages = Channel.CreateUnbounded<string>();
    readonly List<Socket> _connections = [];
    readonly Task _task;
    int _accepted;

    public SyslogPeer(int port = 0, PeerManner manner = PeerManner.Reads, X509Certificate2? certificate = null, IPAddress? address = null)
    {
        Certificate = certificate;
        _manner = manner;
        _listener = new TcpListener(address ?? IPAddress.Loopback, port);
        if (manner == PeerManner.NeverReads)
        {
            _listener.Server.ReceiveBufferSize = 4096;
        }

        _listener.Start();
        _task = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Null for plain TCP; may be changed for the next connections.</summary>
    public X509Certificate2? Certificate { get; set; }

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Subject of the last client's certificate.</summary>
    public string Client { get; private set; } = "";

    public async Task<string> NextAsync(double seconds = 60)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        return await _messages.Reader.ReadAsync(deadline.Token);
    }

    public bool TryNext(out string? message) => _messages.Reader.TryRead(out message);

    /// <summary>Closes all connections, in peace or with a reset. The far kernels know it when this returns: on a busy machine that takes a moment even on loopback.</summary>
    public void Hang(bool isReset = false)
    {
        lock (_connections)
        {
            foreach (Socket connection in _connections)
            {
                Close(connection, isReset);
            }

            _connections.Clear();
        }
    }

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _listener.Dispose();
        Hang();
        _task.GetAwaiter().GetResult();
    }

    static void Close(Socket connection, bool isReset)
    {
        try
        {
            if (!isReset)
            {
                Finish(connection);
            }

            (int far, int near) = (((IPEndPoint)connection.RemoteEndPoint!).Port, ((IPEndPoint)connection.LocalEndPoint!).Port);
            connection.LingerState = new LingerOption(isReset, 0);
            connection.Close();
            Assert.True(!isReset || SpinWait.SpinUntil(() => !IsKnown(far, near), TimeSpan.FromSeconds(60)));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The far side was first, and our reader has closed it.
        }
    }

    /// <summary>Whether the kernel knows an open connection from one port to another. Both: other connections may have the same port on their own side.</summary>
    static bool IsKnown(int from, int to)
    {
        const string established = "01";
        return ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(part => part.Length > 3 && part[3] == established && HasPort(part[1], from) && HasPort(part[2], to));

        static bool HasPort(string address, int port) => address.EndsWith($":{port:X4}", StringComparison.Ordinal);
    }

    /// <summary>Ends our direction and waits until the far kernel has confirmed it.</summary>
    static void Finish(Socket connection)
    {
        // linux/tcp.h, netinet/tcp.h: the first byte of TCP_INFO is the state.
        const int tcpLevel = 6;
        const int tcpInfo = 11;
        const byte finWait1 = 4;
        connection.Shutdown(SocketShutdown.Send);
        byte[] info = new byte[8];
        Assert.True(SpinWait.SpinUntil(() => connection.GetRawSocketOption(tcpLevel, tcpInfo, info) > 0 && info[0] != finWait1, TimeSpan.FromSeconds(60)));
    }

    async Task AcceptAsync()
    {
        List<Task> served = [];
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptSocketAsync(_stop.Token);
                lock (_connections)
                {
                    _connections.Add(connection);
                }

                Interlocked.Increment(ref _accepted);
                if (_manner == PeerManner.Reads)
                {
                    served.Add(ServeAsync(connection));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(served);
        }
    }

    async Task ServeAsync(Socket connection)
    {
        try
        {
            await using Stream stream = await OpenAsync(connection);
            byte[] buffer = new byte[1 << 20];
            int length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), _stop.Token)) > 0)
            {
                length += read;
                int at = 0;
                while (TryCut(buffer.AsSpan(at, length - at), out int used, out string message))
                {
                    _messages.Writer.TryWrite(message);
                    at += used;
                }

                buffer.AsSpan(at, length - at).CopyTo(buffer);
                length -= at;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
        }
        finally
        {
            connection.Dispose();
        }
    }

    async Task<Stream> OpenAsync(Socket connection)
    {
        NetworkStream plain = new(connection, ownsSocket: false);
        if (Certificate is null)
        {
            return plain;
        }

        SslStream secure = new(plain);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = Certificate,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, client, _, _) =>
            {
                Client = client?.Subject ?? "";
                return client is null || Client.Length > 0;
            },
        });
        return secure;
    }

    static bool TryCut(ReadOnlySpan<byte> text, out int used, out string message)
    {
        int blank = text.IndexOf((byte)' ');
        used = 0;
        message = "";
        if (blank <= 0)
        {
            return false;
        }

        int length = int.Parse(Encoding.ASCII.GetString(text[..blank]), System.Globalization.CultureInfo.InvariantCulture);
        if (text.Length < blank + 1 + length)
        {
            return false;
        }

        used = blank + 1 + length;
        message = Encoding.UTF8.GetString(text.Slice(blank + 1, length));
        return true;
    }
}
