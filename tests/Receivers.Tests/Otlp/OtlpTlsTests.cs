using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Net.Client;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Receivers.Tests.Tls;
using Tests.Shared;

namespace Receivers.Tests.Otlp;

public sealed class OtlpTlsTests : IDisposable
{
    readonly TestCertificates _certificates = new();

    [Fact]
    public async Task Requests_OverTls_AreTakenOnBothPorts()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.Tls = _certificates.Options());
        using HttpClient client = Client(null);
        using HttpResponseMessage response = await client.PostAsync(new Uri(server.Address("http", "https"), "/v1/logs"), Body());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        // With TLS the HTTP port speaks gRPC too.
        foreach (string transport in new[] { "grpc", "http" })
        {
            using GrpcChannel channel = GrpcChannel.ForAddress(server.Address(transport, "https"), new GrpcChannelOptions { HttpHandler = Handler(null) });
            await new LogsService.LogsServiceClient(channel).ExportAsync(OtlpSamples.Typical(1));
        }

        Assert.Equal(3, server.Sink.RecordCount);
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("none", false)]
    [InlineData("self-signed", false)]
    [InlineData("expired", false)]
    [InlineData("server-use", false)]
    [InlineData("other-name", false)]
    public async Task Requests_WithClientCertificates_AreLetInOrNot(string kind, bool isAllowed)
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options =>
        {
            options.Tls = _certificates.Options();
            options.Tls.ClientCaFile = _certificates.AuthorityFile;
            options.Tls.ClientNames = ["sender.example.org"];
        });
        Assert.Equal(isAllowed, await IsTakenAsync(server, _certificates.Client(kind)));
    }

    [Fact]
    public async Task Requests_WithAKnownFingerprint_NeedNoAuthority()
    {
        using X509Certificate2? known = _certificates.Client("self-signed");
        await using OtlpServer server = await OtlpServer.StartAsync(options =>
        {
            options.Tls = _certificates.Options();
            options.Tls.ClientFingerprints = ["sha-256:" + known!.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)];
        });
        Assert.True(await IsTakenAsync(server, known));
        Assert.False(await IsTakenAsync(server, _certificates.Client("good")));
    }

    [Fact]
    public async Task Handshake_OldVersionsAndGibberish_AreRefusedAndTheNextIsServed()
    {
        await using OtlpServer server = await OtlpServer.StartAsync(options => options.Tls = _certificates.Options());
        Uri address = server.Address("http", "https");
        using (TcpClient gibberish = new())
        {
            await gibberish.ConnectAsync(address.Host, address.Port);
            await gibberish.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            Assert.False(await AnswersAsync(gibberish.GetStream()));
        }

        using (TcpClient old = new())
        {
            await old.ConnectAsync(address.Host, address.Port);
            await using SslStream stream = new(old.GetStream());
#pragma warning disable SYSLIB0039, CA5397 // What must be refused.
            SslClientAuthenticationOptions options = new() { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls11 };
#pragma warning restore SYSLIB0039, CA5397
            await Assert.ThrowsAnyAsync<Exception>(() => stream.AuthenticateAsClientAsync(options));
        }

        Assert.True(await IsTakenAsync(server, null));
    }

    public void Dispose() => _certificates.Dispose();

    static async Task<bool> AnswersAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[256];
        try
        {
            int read = await stream.ReadAsync(buffer);
            // A TLS alert (21) is no answer.
            return read > 0 && buffer[0] != 21;
        }
        catch (IOException)
        {
            return false;
        }
    }

    async Task<bool> IsTakenAsync(OtlpServer server, X509Certificate2? certificate)
    {
        using HttpClient client = Client(certificate);
        try
        {
            using HttpResponseMessage response = await client.PostAsync(new Uri(server.Address("http", "https"), "/v1/logs"), Body());
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    static ByteArrayContent Body() => OtlpServer.Content(OtlpSamples.Typical(1).ToByteArray(), "application/x-protobuf");

    HttpClient Client(X509Certificate2? certificate) => new(Handler(certificate));

    SocketsHttpHandler Handler(X509Certificate2? certificate)
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(_certificates.AuthorityFile);
        if (certificate is not null)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return handler;
    }
}
