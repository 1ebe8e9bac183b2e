using Microsoft.Extensions.Logging;

namespace Receivers.Syslog;

/// <summary>Syslog in every dialect over every transport that is configured.</summary>
public sealed class SyslogReceiver(SyslogOptions options, TimeProvider time, ILogger<SyslogReceiver> log) : IReceiver
{
    /// <summary>The receiver's name in metrics, records and configuration.</summary>
    public const string ReceiverName = "syslog";

    readonly List<ISyslogListener> _listeners = [];
    SyslogIntake? _intake;
    ConnectionTable? _connections;
    Task? _stopping;

    /// <inheritdoc/>
    public string Name => ReceiverName;

    /// <inheritdoc/>
    public IReadOnlyList<ReceiverStatistics> Statistics => [.. _listeners.Select(l => l.Statistics)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Listening => [.. _listeners.Select(l => l.Listening)];

    /// <inheritdoc/>
    public string? Problem => _listeners.Select(l => l.Problem).FirstOrDefault(p => p is not null);

    /// <inheritdoc/>
    public Task StartAsync(IRecordSink sink, CancellationToken cancellationToken)
    {
        _intake = new SyslogIntake(options, sink, time, log);
        _connections = new ConnectionTable(options, time, log);
        if (options.Udp is { } udp)
        {
            _listeners.Add(new SyslogUdpReceiver(_intake, udp));
        }

        if (options.Tcp is { } tcp)
        {
            SyslogIntake intake = _intake;
            _listeners.Add(new StreamListener(intake, _connections, tcp, "tcp", (socket, peer, statistics) =>
                new SyslogConnection(intake, new SocketSource(socket), peer, statistics, isGuarded: true)));
        }

        foreach (ISyslogListener listener in _listeners)
        {
            cancellationToken.ThrowIfCancellationRequested();
            listener.Start();
        }

        return Task.CompletedTask;
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
