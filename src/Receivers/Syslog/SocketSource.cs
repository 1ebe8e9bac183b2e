using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>A plain stream socket.</summary>
sealed class SocketSource : ByteSource
{
    readonly Socket _socket;

    /// <param name="socket">Connected; owned from now on.</param>
    public SocketSource(Socket socket)
    {
        // A read that finds nothing then says so at once, without a detour through the poller.
        socket.Blocking = false;
        _socket = socket;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        int read = _socket.Receive(buffer.Span, SocketFlags.None, out SocketError error);
        return ValueTask.FromResult(error switch
        {
            SocketError.Success => read,
            SocketError.WouldBlock => -1,
            _ => 0,
        });
    }

    public override async ValueTask WaitAsync()
    {
        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The next read meets the same fault and reports the end.
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader meets it too.
        }
    }

    public override void EndReading() => EndReading(_socket);

    /// <summary>Makes a socket end after what has arrived; a wait for more ends.</summary>
    public static void EndReading(Socket socket)
    {
        try
        {
            // On Linux what has arrived can still be read, and then the end is.
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
