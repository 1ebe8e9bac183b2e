using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>The server's bytes of a TLS connection. Holds back the session tickets of TLS 1.3 until something else is to be said.</summary>
/// <remarks>
/// A sender of syslog never reads. Tickets that lie unread in its socket when it closes turn its goodbye into a reset, and the kernel throws away what it had still to send:
/// the last lines of a sender that did everything right. RELP's first answer takes the tickets along, and plain syslog over TLS is never answered.
/// One writer at a time.
/// </remarks>
sealed class TicketHolder(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    // RFC 8446 section 5.1: what is encrypted. Before the handshake's end the server encrypts nothing else at the start of a write: its first flight begins with ServerHello in the clear.
    const byte ApplicationData = 23;

    byte[] _held = [];
    bool _isHolding = true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isHolding && _held.Length == 0 && buffer.Span is [ApplicationData, ..])
        {
            _held = buffer.ToArray();
            return;
        }

        await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The handshake is over: every write goes out from now on, after what is held.</summary>
    public void EndHandshake() => _isHolding = false;

    /// <summary>The handshake has failed: what is held may tell the peer why.</summary>
    public async ValueTask FailHandshakeAsync(CancellationToken cancellationToken)
    {
        EndHandshake();
        try
        {
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // A peer that is gone asks no more.
        }
    }

    async ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_held.Length > 0)
        {
            byte[] held = _held;
            _held = [];
            await base.WriteAsync(held, cancellationToken).ConfigureAwait(false);
        }
    }
}
