using System.Net.Sockets;

namespace Collector.Outputs.Syslog;

/// <summary>A datagram a message. A far side that is not there shows only where its host says so, and from the second message on.</summary>
sealed class SyslogDatagrams : ISyslogLink
{
    readonly Socket _socket;

    SyslogDatagrams(Socket socket, int messageBytesMax) => (_socket, MessageBytesMax) = (socket, messageBytesMax);

    public int MessageBytesMax { get; }

    public string? Check() => null;

    public static async Task<SyslogDatagrams> OpenAsync(SyslogOutputOptions options, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);
            return new SyslogDatagrams(socket, options.UdpBytesMax);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(message, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return false;
        }
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
