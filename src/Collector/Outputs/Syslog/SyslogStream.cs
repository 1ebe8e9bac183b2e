using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Collector.Outputs.Formats;
using Collector.Outputs.Tls;

namespace Collector.Outputs.Syslog;

/// <summary>One connection over TCP or TLS, with an octet count before each message.</summary>
/// <remarks>
/// The far side confirms nothing, so what can be known is watched: a read waits all the time, and sees a far side that closes, resets or falls silent.
/// </remarks>
sealed class SyslogStream : ISyslogLink
{
    // Fills a few segments and comes to a few hundred records a system call.
    const int WriteBytes = 64 * 1024;

    // A far side that is gone without a word shows within a minute.
    const int KeepAliveSeconds = 30;
    const int KeepAliveIntervalSeconds = 10;
    const int KeepAliveProbes = 3;

    // Source: linux/tcp.h, netinet/in.h.
    const int TcpLevel = 6;
    const int TcpUserTimeout = 18;

    const string Closed = "the far side has closed the connection";

    static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(2);

    readonly Socket _socket;
    readonly Stream _stream;
    readonly TimeSpan _timeout;
    readonly PayloadBuffer _frames = new(WriteBytes + (16 * 1024));
    readonly CancellationTokenSource _closing = new();
    readonly Task _watch;

    // Written by the watch.
    volatile string? _problem;

    SyslogStream(Socket socket, Stream stream, TimeSpan timeout)
    {
        _socket = socket;
        _stream = stream;
        _timeout = timeout;
        _watch = Task.Run(WatchAsync);
    }

    public int MessageBytesMax => int.MaxValue;

    // The watch may not have had its turn yet, with the tickets of TLS before the end still to be read; the kernel knows at once.
    public string? Check() => _problem ?? (Posix.IsPeerGone(_socket.SafeHandle) ? Closed : null);

    /// <summary>Connects; the name is looked up anew each time, and the files of TLS are read anew.</summary>
    public static async Task<SyslogStream> ConnectAsync(SyslogOutputOptions options, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            SetTimeouts(socket, options.Timeout);
            await WithinAsync(options.ConnectTimeout, token => socket.ConnectAsync(options.Host, options.Port, token), "no connection", cancellationToken).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (options.Transport == SyslogTransport.Tls)
            {
                stream = await SecureAsync(stream, options, cancellationToken).ConfigureAwait(false);
            }

            return new SyslogStream(socket, stream, options.Timeout);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        message.Length.TryFormat(_frames.Reserve(16), out int digits, default, CultureInfo.InvariantCulture);
        _frames.Advance(digits);
        _frames.WriteByte((byte)' ');
        _frames.Write(message.Span);
        if (_frames.Length >= WriteBytes)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_frames.Length == 0)
        {
            return;
        }

        await WithinAsync(_timeout, token => _stream.WriteAsync(_frames.Memory, token), "the far side does not read", cancellationToken).ConfigureAwait(false);
        _frames.Clear();
    }

    /// <summary>Says that nothing follows and gives the far side time to read to the end: a socket that is simply closed may take back what is on its way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_frames.Length == 0 && Check() is null)
        {
            await FinishAsync().ConfigureAwait(false);
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _watch.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
        _frames.Dispose();
    }

    static void SetTimeouts(Socket socket, TimeSpan timeout)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        // What was written and is not acknowledged by the far kernel for so long ends the connection; later than a write that waits, which says more.
        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)timeout.TotalMilliseconds * 2));
    }

    static async Task<Stream> SecureAsync(Stream plain, SyslogOutputOptions options, CancellationToken cancellationToken)
    {
        SslStream secure = new(plain);
        try
        {
            SslClientAuthenticationOptions handshake = ClientTls.Load(options.Tls, options.ServerName.Length > 0 ? options.ServerName : options.Host);
            await WithinAsync(
                options.ConnectTimeout, token => new ValueTask(secure.AuthenticateAsClientAsync(handshake, token)), "no TLS handshake", cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="TimeoutException">It took too long.</exception>
    static async ValueTask WithinAsync(TimeSpan timeout, Func<CancellationToken, ValueTask> work, string what, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await work(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{what} within {timeout.TotalSeconds:0.#} s"));
        }
    }

    async Task WatchAsync()
    {
        byte[] ignored = new byte[512];
        try
        {
            while (await _stream.ReadAsync(ignored, _closing.Token).ConfigureAwait(false) > 0)
            {
            }

            _problem = Closed;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            _problem = OneLine.Of(e.GetBaseException().Message);
        }
    }

    async Task FinishAsync()
    {
        try
        {
            using CancellationTokenSource limit = new(CloseWait);
            if (_stream is SslStream secure)
            {
                await secure.ShutdownAsync().WaitAsync(limit.Token).ConfigureAwait(false);
            }

            _socket.Shutdown(SocketShutdown.Send);
            await _watch.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or CryptographicException)
        {
        }
    }
}
