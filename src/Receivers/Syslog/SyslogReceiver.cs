using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Receivers.Tls;

namespace Receivers.Syslog;

/// <summary>Syslog in every dialect over every transport that is configured.</summary>
public sealed class SyslogReceiver(SyslogOptions options, TimeProvider time, ILogger<SyslogReceiver> log) : IReceiver
{
    /// <summary>The receiver's name in metrics, records and configuration.</summary>
    public const string ReceiverName = "syslog";

    readonly List<ISyslogListener> _listeners = [];
    SyslogIntake? _intake;
    ConnectionTable? _connections;
    TlsServer? _tls;
    Task? _stopping;

    /// <inheritdoc/>
    public string Name => ReceiverName;

    /// <inheritdoc/>
    public IReadOnlyList<ReceiverStatistics> Statistics => [.. _listeners.Select(l => l.Statistics)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Listening => [.. _listeners.Select(l => l.Listening)];

    /// <inheritdoc/>
    public string? Problem => _listeners.Select(l => l.Problem).FirstOrDefault(p => p is not null) ?? _tls?.Problem;

    /// <inheritdoc/>
    public IReadOnlyList<SenderState> Senders => _intake?.Senders.States() ?? [];

    /// <inheritdoc/>
    public DateTimeOffset? CertificateExpiry => _tls?.CertificateExpiry;

    /// <inheritdoc/>
    public async Task StartAsync(IRecordSink sink, CancellationToken cancellationToken)
    {
        _intake = new SyslogIntake(options, sink, time, log);
        _connections = new ConnectionTable(options, time, log);
        try
        {
            AddListeners(_intake, _connections);
            foreach (ISyslogListener listener in _listeners)
            {
                cancellationToken.ThrowIfCancellationRequested();
                listener.Start();
            }
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken deadline) => _stopping ??= StopCoreAsync(deadline);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync().ConfigureAwait(false);
        await StopAsync(now.Token).ConfigureAwait(false);
        foreach (ISyslogListener listener in _listeners)
        {
            listener.Dispose();
        }

        _connections?.Dispose();
        _intake?.Dispose();
    }

    void AddListeners(SyslogIntake intake, ConnectionTable connections)
    {
        if (options.Udp is { } udp)
        {
            _listeners.Add(new SyslogUdpReceiver(intake, udp));
        }

        if (options.Tcp is { } tcp)
        {
            _listeners.Add(new StreamListener(intake, connections, tcp, "tcp", (socket, peer, statistics) =>
                Plain(intake, new SocketSource(socket), peer, statistics, isGuarded: true)));
        }

        if (options.Relp is { } relp)
        {
            _listeners.Add(new StreamListener(intake, connections, relp, "relp", (socket, peer, statistics) =>
                Relp(intake, new SocketSource(socket), peer, statistics)));
        }

        if (options.UnixDatagram.Length > 0)
        {
            _listeners.Add(new UnixDatagramReceiver(intake, options.UnixDatagram));
        }

        if (options.UnixStream.Length > 0)
        {
            _listeners.Add(new StreamListener(intake, connections, new UnixDomainSocketEndPoint(options.UnixStream), "unix_stream", (socket, peer, statistics) =>
                Plain(intake, new SocketSource(socket), peer, statistics, isGuarded: false)));
        }

        AddTlsListeners(intake, connections);
    }

    void AddTlsListeners(SyslogIntake intake, ConnectionTable connections)
    {
        if (options.Tls is null || (options.TlsListen is null && options.RelpTls is null))
        {
            return;
        }

        TlsServer server = _tls = new TlsServer(options.Tls, log, time);
        if (options.TlsListen is { } tls)
        {
            _listeners.Add(new StreamListener(intake, connections, tls, "tls", (socket, peer, statistics) =>
                new PreparedConnection(intake, socket, peer, statistics, async cancelled =>
                    Plain(intake, await TlsSource.AcceptAsync(socket, server.Options(), cancelled).ConfigureAwait(false), peer, statistics, isGuarded: false))));
        }

        if (options.RelpTls is { } relpTls)
        {
            _listeners.Add(new StreamListener(intake, connections, relpTls, "relp_tls", (socket, peer, statistics) =>
                new PreparedConnection(intake, socket, peer, statistics, async cancelled =>
                    Relp(intake, await TlsSource.AcceptAsync(socket, server.Options(), cancelled).ConfigureAwait(false), peer, statistics))));
        }
    }

    StreamConnection<RelpProtocol> Relp(SyslogIntake intake, ByteSource source, PeerAddress peer, ReceiverStatistics statistics) =>
        new(intake, source, peer, statistics, new RelpProtocol(options.FrameBytesMax, new RelpResponder(source, intake)), isGuarded: false);

    StreamConnection<PlainProtocol> Plain(SyslogIntake intake, ByteSource source, PeerAddress peer, ReceiverStatistics statistics, bool isGuarded) =>
        new(intake, source, peer, statistics, new PlainProtocol(options), isGuarded);

    async Task StopCoreAsync(CancellationToken deadline)
    {
        if (_intake is null || _connections is null)
        {
            return;
        }

        SyslogIntake intake = _intake;
        using CancellationTokenRegistration end = deadline.Register(intake.EndPatience);
        foreach (ISyslogListener listener in _listeners)
        {
            await listener.StopAsync().ConfigureAwait(false);
        }

        await _connections.EndAllAsync().ConfigureAwait(false);
    }
}
