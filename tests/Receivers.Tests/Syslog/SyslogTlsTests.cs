using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

public sealed class SyslogTlsTests : IDisposable
{
    readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Connection_Tls_GivesRecords(SslProtocols protocol)
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        string lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $"<13>Nov  5 17:32:18 h a: record {i}\n"));
        await SendAsync(fixture, lines, protocol: protocol);
        IReadOnlyList<Gathered> records = await fixture.Sink.WaitForAsync(5000);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"record {i}"), records.Select(r => r.Body));
        Assert.Equal("tls", records[0].Transport);
    }

    [Theory]
    [InlineData(ClientCertificates.Required, "", null, true)]
    [InlineData(ClientCertificates.Required, "", "none", false)]
    [InlineData(ClientCertificates.Optional, "", "none", true)]
    [InlineData(ClientCertificates.Optional, "", "self-signed", false)]
    [InlineData(ClientCertificates.Required, "", "self-signed", false)]
    [InlineData(ClientCertificates.Required, "", "expired", false)]
    [InlineData(ClientCertificates.Required, "", "server", false)]
    [InlineData(ClientCertificates.Required, "web1.example.com", null, true)]
    [InlineData(ClientCertificates.Required, "*.example.com", null, true)]
    [InlineData(ClientCertificates.Required, "web2.example.com", null, false)]
    [InlineData(ClientCertificates.Required, "*.com", null, false)]
    [InlineData(ClientCertificates.Required, "fingerprint", "self-signed", true)]
    [InlineData(ClientCertificates.Required, "fingerprint of another", null, false)]
    public async Task Handshake_ClientCertificate_IsJudged(ClientCertificates mode, string permitted, string? kind, bool isWelcome)
    {
        using X509Certificate2 client = _certificates.Make("web1.example.com", kind != "server", kind == "expired" ? -5 : 10, kind == "self-signed");
        string[] peers = permitted switch
        {
            "" => [],
            "fingerprint" => ["SHA256:" + string.Join(':', client.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2", null)))],
            "fingerprint of another" => ["sha256:" + new string('a', 64)],
            _ => [permitted],
        };
        await using SyslogReceiverFixture fixture = await StartAsync(o =>
            (o.ClientCertificates, o.ClientAuthority, o.PermittedPeers) = (mode, _certificates.RootFile, peers));
        try
        {
            await SendAsync(fixture, "<13>hello\n", kind == "none" ? null : client);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // A TLS 1.2 client is told at once, a TLS 1.3 client when it reads.
        }

        if (isWelcome)
        {
            await fixture.Sink.WaitForAsync(1);
            return;
        }

        await fixture.Sink.WaitUntilAsync(() => fixture.Refused("tls", RefusedReasons.PeerNotPermitted) == 1, () => "not refused: " + string.Join('\n', fixture.Log.Lines));
        Assert.Empty(fixture.Sink.Records);
    }

    [Theory]
    [InlineData("<13>plain text\n")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public async Task Handshake_PlainText_IsRefusedAndTheNextIsServed(string text)
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        using (Socket socket = await ConnectAsync(fixture))
        {
            await SyslogReceiverFixture.SendAsync(socket, text);
            await SyslogReceiverFixture.ReadToEndAsync(socket);
        }

        Assert.Equal(1, fixture.Refused("tls", RefusedReasons.HandshakeFailed));
        await SendAsync(fixture, "<13>good\n");
        await fixture.Sink.WaitForAsync(1);
    }

    [Fact]
    public async Task Handshake_Silence_EndsAfterItsTime()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await StartAsync(time: time);
        using Socket socket = await ConnectAsync(fixture);
        Task<byte[]> end = SyslogReceiverFixture.ReadToEndAsync(socket);
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(11));
            await Task.WhenAny(end, Task.Delay(10));
        }

        Assert.Equal(1, fixture.Refused("tls", RefusedReasons.HandshakeTimeout));
    }

    [Fact]
    public async Task Certificate_Replaced_IsUsedByNewConnectionsAndOldOnesLive()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await StartAsync(time: time);
        (SslStream old, string before) = await OpenAsync(fixture);
        using X509Certificate2 next = _certificates.Make("next.example.com", isClient: false);
        _certificates.Write(next, "server");
        File.SetLastWriteTimeUtc(Path.Combine(_certificates.Folder, "server.pem"), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        time.Advance(TimeSpan.FromSeconds(61));
        (SslStream fresh, string after) = await OpenAsync(fixture);
        Assert.Equal(("CN=server.example.com", "CN=next.example.com"), (before, after));
        await old.WriteAsync("<13>old connection\n"u8.ToArray());
        await fixture.Sink.WaitForAsync(1);

        // A bad replacement is reported, and the last good one stays.
        await File.WriteAllTextAsync(Path.Combine(_certificates.Folder, "server.pem"), "not a certificate");
        time.Advance(TimeSpan.FromSeconds(61));
        (SslStream last, string still) = await OpenAsync(fixture);
        Assert.Equal("CN=next.example.com", still);
        Assert.Contains(fixture.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains("old one stays", StringComparison.Ordinal));
        await old.DisposeAsync();
        await fresh.DisposeAsync();
        await last.DisposeAsync();
    }

    [Theory]
    [InlineData("missing", "no such file")]
    [InlineData("wrong key", "belonging to the certificate")]
    [InlineData("garbage", "PEM")]
    public async Task Start_BadCertificate_SaysSoInOneLine(string kind, string expected)
    {
        using X509Certificate2 server = _certificates.Make("server.example.com", isClient: false);
        using X509Certificate2 other = _certificates.Make("other.example.com", isClient: false);
        (string certificate, string key) = _certificates.Write(server, "bad");
        switch (kind)
        {
            case "missing":
                File.Delete(key);
                break;
            case "wrong key":
                key = _certificates.Write(other, "other").Key;
                break;
            default:
                await File.WriteAllTextAsync(certificate, "garbage");
                break;
        }

        ReceiverStartException error = await Assert.ThrowsAsync<ReceiverStartException>(() => SyslogReceiverFixture.StartAsync(o =>
            o.Tls = new SyslogTlsOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Certificate = certificate, Key = key }));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("web1.example.com", "web1.example.com", true)]
    [InlineData("*.example.com", "web1.example.com", true)]
    [InlineData("*.example.com", "a.web1.example.com", false)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", ".example.com", false)]
    [InlineData("web1.example.com", "web1.example.com\0.evil.org", false)]
    public void Peers_Name_MatchesWholeLabelsOnly(string pattern, string name, bool expected) => Assert.Equal(expected, TlsPeers.Matches(pattern, name));

    [Theory]
    [InlineData("*")]
    [InlineData("f*o.bar.com")]
    [InlineData("foo.*.bar")]
    [InlineData("*.*.bar")]
    [InlineData("*.com*")]
    [InlineData("*.bar")]
    [InlineData("")]
    [InlineData("sha256:abc")]
    public void Peers_BadEntry_IsNotValid(string entry) => Assert.False(TlsPeers.IsValid(entry));

    async Task<SyslogReceiverFixture> StartAsync(Action<SyslogTlsOptions>? set = null, TimeProvider? time = null)
    {
        using X509Certificate2 server = _certificates.Make("server.example.com", isClient: false);
        (string certificate, string key) = _certificates.Write(server, "server");
        SyslogTlsOptions tls = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), Certificate = certificate, Key = key };
        set?.Invoke(tls);
        return await SyslogReceiverFixture.StartAsync(o => o.Tls = tls, time);
    }

    static async Task<Socket> ConnectAsync(SyslogReceiverFixture fixture)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(fixture.EndPoint("tls "));
        return socket;
    }

    static async Task<(SslStream Stream, string Subject)> OpenAsync(SyslogReceiverFixture fixture, X509Certificate2? client = null, SslProtocols protocol = SslProtocols.None)
    {
        SslStream stream = new(new NetworkStream(await ConnectAsync(fixture), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "server.example.com",
            EnabledSslProtocols = protocol,
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, null, offline: true),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == "CN=Test Root",
        });
        return (stream, stream.RemoteCertificate!.Subject);
    }

    static async Task SendAsync(SyslogReceiverFixture fixture, string text, X509Certificate2? client = null, SslProtocols protocol = SslProtocols.None)
    {
        (SslStream stream, _) = await OpenAsync(fixture, client, protocol);
        await using (stream)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            await stream.ShutdownAsync();
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        }
    }
}
