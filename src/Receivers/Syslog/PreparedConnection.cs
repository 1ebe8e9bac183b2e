using System.Net.Sockets;
using System.Security.Authentication;

namespace Receivers.Syslog;

/// <summary>A connection that has something to settle before its first record: a PROXY header, a TLS handshake.</summary>
/// <param name="intake">Shared by all listeners.</param>
/// <param name="socket">Disposed here when the preparation fails; else by what it gave.</param>
/// <param name="peer">Who connected.</param>
/// <param name="statistics">Of the transport.</param>
/// <param name="prepare">Gives the connection that serves the records, or throws one of the exceptions of sockets, streams and TLS.</param>
sealed class PreparedConnection(
    SyslogIntake intake, Socket socket, PeerAddress peer, ReceiverStatistics statistics, Func<CancellationToken, Task<ITimedConnection>> prepare) : ITimedConnection
{
    volatile bool _isEnding;
    volatile ITimedConnection? _inner;

    /// <inheritdoc/>
    public long WaitingSince => _inner?.WaitingSince ?? 0;

    /// <inheritdoc/>
    public long FrameSince => _inner?.FrameSince ?? 0;

    /// <inheritdoc/>
    public void End(string reason)
    {
        _isEnding = true;
        if (_inner is { } inner)
        {
            inner.End(reason);
        }
        else
        {
            // The preparation meets the end of the stream.
            SocketSource.EndReading(socket);
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync()
    {
        ITimedConnection? inner = await PrepareAsync().ConfigureAwait(false);
        if (inner is null)
        {
            socket.Dispose();
            return;
        }

        _inner = inner;
        if (_isEnding)
        {
            inner.End(DropReasons.Shutdown);
        }

        await inner.RunAsync().ConfigureAwait(false);
    }

    async Task<ITimedConnection?> PrepareAsync()
    {
        using CancellationTokenSource late = new(intake.Options.HandshakeTimeout, intake.Time);
        try
        {
            return await prepare(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Refuse(RefusedReasons.HandshakeTimeout, "");
        }
        catch (PrologueException e)
        {
            Refuse(e.Reason, e.Message);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException)
        {
            Refuse(RefusedReasons.HandshakeFailed, e.InnerException?.Message ?? e.Message);
        }

        return null;
    }

    void Refuse(string reason, string detail)
    {
        if (_isEnding)
        {
            // The stop; nobody is to blame.
            return;
        }

        statistics.AddRefused(reason);
        intake.LogRefused(peer, detail.Length > 0 ? $"{reason}: {detail}" : reason);
    }
}

/// <summary>The peer failed what comes before the first record.</summary>
/// <param name="reason">One of <see cref="RefusedReasons"/>.</param>
/// <param name="detail">For a person.</param>
sealed class PrologueException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
