using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Receivers.Syslog;

/// <summary>A TLS stream after its handshake.</summary>
sealed class TlsSource(Socket socket, SslStream stream) : ByteSource
{
    // A read of no bytes that found nothing: ends when a record of TLS has been decrypted.
    Task<int>? _probe;

    /// <summary>The server's side of a handshake.</summary>
    /// <param name="socket">Connected; the source's once it is made.</param>
    /// <param name="options">For this handshake.</param>
    /// <param name="cancellationToken">The end of patience.</param>
    /// <exception cref="AuthenticationException">The peer does not speak TLS, or its certificate is not taken.</exception>
    public static async Task<TlsSource> AcceptAsync(Socket socket, SslServerAuthenticationOptions options, CancellationToken cancellationToken)
    {
        TicketHolder tickets = new(socket);
        SslStream stream = new(tickets, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsServerAsync(options, cancellationToken).ConfigureAwait(false);
            tickets.EndHandshake();
            return new TlsSource(socket, stream);
        }
        catch
        {
            await tickets.FailHandshakeAsync(cancellationToken).ConfigureAwait(false);
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            // A stream cannot say "nothing there now"; a read of no bytes that stays open says it, and holds no buffer of ours.
            ValueTask<int> probe = _probe is null ? stream.ReadAsync(Memory<byte>.Empty) : new ValueTask<int>(_probe);
            if (!probe.IsCompleted)
            {
                _probe = probe.AsTask();
                return -1;
            }

            _probe = null;
            await probe.ConfigureAwait(false);
            return await stream.ReadAsync(buffer).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            _probe = null;
            return 0;
        }
    }

    public override async ValueTask WaitAsync()
    {
        try
        {
            await (_probe ?? Task.FromResult(0)).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The next read meets the same fault and reports the end.
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The reader meets it too.
        }
    }

    public override void EndReading() => SocketSource.EndReading(socket);

    public override ValueTask DisposeAsync()
    {
        // The socket first: a TLS goodbye to a peer that does not read would wait for it.
        socket.Dispose();
        return stream.DisposeAsync();
    }

    static bool IsEnd(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
