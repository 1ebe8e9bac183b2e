using System.Net;
using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>Accepts connections of one transport and hands each on to be served.</summary>
/// <param name="intake">Shared by all listeners.</param>
/// <param name="connections">Shared by all stream listeners.</param>
/// <param name="endPoint">Where to listen.</param>
/// <param name="transport">As in metrics, records and settings: <c>tcp</c>, <c>tls</c>, <c>relp</c>.</param>
/// <param name="open">Makes the connection that serves an accepted socket.</param>
sealed class StreamListener(SyslogIntake intake, ConnectionTable connections, EndPoint endPoint, string transport, OpenConnection open) : ISyslogListener
{
    const int Backlog = 1024;
    const int KeepAliveSeconds = 60;
    const int KeepAliveIntervalSeconds = 10;
    const int KeepAliveProbes = 6;

    static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _stop = new();
    Socket? _socket;
    bool _isBorrowed;
    Task _accepting = Task.CompletedTask;

    public ReceiverStatistics Statistics { get; } = new(SyslogReceiver.ReceiverName, transport);

    public string Listening { get; private set; } = "";

    public string? Problem { get; private set; }

    public void Start()
    {
        _socket = Borrow() ?? Bind();
        Listening = $"{Statistics.Transport} {_socket.LocalEndPoint}";
        _accepting = Task.Run(AcceptLoopAsync);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (!_isBorrowed)
        {
            _socket?.Dispose();
        }

        await _accepting.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stop.Dispose();
        if (_isBorrowed)
        {
            return;
        }

        _socket?.Dispose();
        if (_socket is not null && endPoint is UnixDomainSocketEndPoint)
        {
            File.Delete(endPoint.ToString()!);
        }
    }

    /// <summary>Who waits in the queue of a borrowed socket at our end is served by the next process.</summary>
    Socket? Borrow()
    {
        IReadOnlyList<Socket> found = InheritedSockets.OfProcess.Find(endPoint, SocketType.Stream);
        _isBorrowed = found.Count > 0;
        return _isBorrowed ? found[0] : null;
    }

    Socket Bind()
    {
        Socket socket = endPoint is IPEndPoint ip ? BindTcp(ip) : UnixSocketFile.Bind(endPoint.ToString()!, SocketType.Stream, Statistics.Transport);
        socket.Listen(Backlog);
        return socket;
    }

    Socket BindTcp(IPEndPoint ip)
    {
        Socket? socket = null;
        try
        {
            socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = ip.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(ip);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw BindFailure.Explain(Statistics.Transport, ip, e);
        }
    }

    async Task AcceptLoopAsync()
    {
        TimeSpan pause = PauseMin;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Accept(await _socket!.AcceptAsync(_stop.Token).ConfigureAwait(false));
                pause = PauseMin;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // Gone again before it was accepted.
            }
            catch (SocketException e)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                Statistics.AddRefused(RefusedReasons.TooManyFiles);
                intake.Log.AcceptPaused(e.SocketErrorCode.ToString(), (long)pause.TotalMilliseconds);
                await Task.Delay(pause, intake.Time, CancellationToken.None).ConfigureAwait(false);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
        }
    }

    void Accept(Socket socket)
    {
        try
        {
            PeerAddress peer = PeerAddress.From(socket.RemoteEndPoint);
            bool isProxy = intake.Proxies.Contains(peer);
            string? reason = isProxy || intake.IsAllowed(peer) ? connections.Enter(peer) : RefusedReasons.NotAllowed;
            if (reason is not null)
            {
                Statistics.AddRefused(reason);
                intake.LogRefused(peer, reason);
                socket.Dispose();
                return;
            }

            if (peer.IsKnown)
            {
                KeepAlive(socket);
            }

            connections.Serve(isProxy ? OpenBehindProxy(socket, peer) : open(socket, peer, Statistics), peer, Statistics);
        }
        catch (SocketException)
        {
            // The peer is gone already.
            socket.Dispose();
        }
    }

    /// <summary>The PROXY header comes first, before TLS too; the sender that it names is the one that must be allowed.</summary>
    PreparedConnection OpenBehindProxy(Socket socket, PeerAddress proxy) => new(intake, socket, proxy, Statistics, async cancelled =>
    {
        PeerAddress peer = await ProxyHeader.ReadAsync(socket, proxy, cancelled).ConfigureAwait(false);
        return intake.IsAllowed(peer) ? open(socket, peer, Statistics) : throw new PrologueException(RefusedReasons.NotAllowed, $"{peer} behind it is not in allow");
    });

    // Peers that vanished without a word are found within two minutes.
    static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
    }
}

/// <summary>Makes what serves a socket; it owns the socket from then on.</summary>
delegate ITimedConnection OpenConnection(Socket socket, PeerAddress peer, ReceiverStatistics statistics);
