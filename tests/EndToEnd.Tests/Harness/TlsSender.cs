using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>One TLS connection to a server of the test authority, and it knows which certificate it was shown.</summary>
sealed class TlsSender : IAsyncDisposable
{
    readonly SslStream _stream;

    TlsSender(SslStream stream) => _stream = stream;

    /// <summary>Serial number of the server's certificate.</summary>
    public string Serial => _stream.RemoteCertificate!.GetSerialNumberString();

    public static async Task<TlsSender> ConnectAsync(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        SslStream stream = new(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == "CN=Test authority",
        });
        return new TlsSender(stream);
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>Says goodbye and waits for the other side's.</summary>
    public async Task CloseAsync()
    {
        await _stream.ShutdownAsync();
        Assert.Equal(0, await _stream.ReadAsync(new byte[1]));
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
