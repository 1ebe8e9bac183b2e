using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Receivers.Syslog;
using Receivers.Tests.Tls;
using Receivers.Tls;
using Tests.Shared;

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

    /// <summary>A sender that never reads must find nothing unread when it closes: the kernel would send a reset and throw away what is still to be sent.</summary>
    [Fact]
    public async Task Connection_OfASenderThatNeverReads_IsSentNothing()
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        using Socket socket = await ConnectAsync(fixture);
        await using SslStream stream = new(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Issuer == "CN=Test authority");
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13 });
        await stream.WriteAsync("<13>hello\n"u8.ToArray());
        await fixture.Sink.WaitForAsync(1);
        Assert.Equal(0, socket.Available);
    }

    /// <summary>T2, T3, T4: expired, not yet valid, self-signed, of another use, of another name; wildcards match nothing; names and fingerprints, allowed and refused.</summary>
    [Theory]
    [InlineData("good", true, "", true)]
    [InlineData("none", true, "", false)]
    [InlineData("none", false, "", true)]
    [InlineData("self-signed", false, "", false)]
    [InlineData("expired", true, "", false)]
    [InlineData("server-use", true, "", false)]
    [InlineData("good", true, "sender.example.org", true)]
    [InlineData("other-name", true, "sender.example.org", false)]
    [InlineData("not-yet-valid", true, "", false)]
    [InlineData("wildcard", true, "sender.example.org", false)]
    [InlineData("bare-wildcard", true, "sender.example.org", false)]
    [InlineData("good", true, "*.example.org", false)]
    [InlineData("good", true, "s*r.example.org", false)]
    [InlineData("nul-in-name", true, "sender.example.org", false)]
    [InlineData("self-signed", true, "fingerprint", true)]
    [InlineData("good", true, "fingerprint of another", false)]
    public async Task Handshake_ClientCertificate_IsJudged(string kind, bool isRequired, string permitted, bool isWelcome)
    {
        using X509Certificate2? client = _certificates.Client(kind);
        await using SyslogReceiverFixture fixture = await StartAsync(o =>
        {
            o.IsClientRequired = isRequired;
            o.ClientCaFile = permitted.StartsWith("fingerprint", StringComparison.Ordinal) ? "" : _certificates.AuthorityFile;
            o.ClientNames = permitted.Contains('.', StringComparison.Ordinal) ? [permitted] : [];
            o.ClientFingerprints = permitted switch
            {
                "fingerprint" => [client!.GetCertHashString(HashAlgorithmName.SHA256)],
                "fingerprint of another" => [new string('a', 64)],
                _ => [],
            };
        });
        await AssertWelcomeAsync(fixture, isWelcome, client);
    }

    /// <summary>T2: a chain may have ten certificates, the client's and the authority's among them; a longer one is refused.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(40, false)]
    public async Task Handshake_ClientBehindManyAuthorities_IsJudged(int between, bool isWelcome)
    {
        (X509Certificate2 client, X509Certificate2Collection chain) = _certificates.ClientBehind(between);
        await using SyslogReceiverFixture fixture = await StartAsync(o => o.ClientCaFile = _certificates.AuthorityFile);
        await AssertWelcomeAsync(fixture, isWelcome, client, chain);
    }

    /// <summary>T2: revoked, or vouched for by one that is revoked; a list that has had its time is used on and reported.</summary>
    [Theory]
    [InlineData("client", 5, false)]
    [InlineData("client", -5, false)]
    [InlineData("between", 5, false)]
    [InlineData("other", 5, true)]
    [InlineData("nobody", -5, true)]
    public async Task Handshake_RevocationList_IsKept(string revoked, int nextUpdateDays, bool isWelcome)
    {
        (X509Certificate2 client, X509Certificate2Collection chain) = _certificates.ClientBehind(revoked == "between" ? 1 : 0);
        X509Certificate2[] list = revoked switch
        {
            "client" => [client],
            "between" => [chain[0]],
            "other" => [_certificates.Client("good")!],
            _ => [],
        };
        await using SyslogReceiverFixture fixture = await StartAsync(o =>
            (o.ClientCaFile, o.ClientCrlFile) = (_certificates.AuthorityFile, _certificates.WriteRevocations(nextUpdateDays, isOurs: true, list)));
        Assert.Equal(nextUpdateDays < 0, fixture.Receiver.Problem?.Contains("should have been replaced by a newer list", StringComparison.Ordinal) ?? false);
        await AssertWelcomeAsync(fixture, isWelcome, client, chain);
        if (!isWelcome)
        {
            Assert.Contains(fixture.Log.Lines, line => line.Contains("revoked", StringComparison.Ordinal));
        }
    }

    /// <summary>N5: plain text or gibberish on the TLS port; the next client is served.</summary>
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

    /// <summary>N5: a peer that says nothing on the TLS port.</summary>
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

    /// <summary>T5: a new certificate is used by new connections; a bad one changes nothing and is reported.</summary>
    [Fact]
    public async Task Certificate_Replaced_IsUsedByNewConnectionsAndOldOnesLive()
    {
        FakeTimeProvider time = new();
        await using SyslogReceiverFixture fixture = await StartAsync(time: time);
        (SslStream old, string before) = await OpenAsync(fixture);
        // The server has seen the end of the handshake, which the clock would cut off, only when it has read a record.
        await old.WriteAsync("<13>before\n"u8.ToArray());
        await fixture.Sink.WaitForAsync(1);
        string next = _certificates.WriteServer();
        File.SetLastWriteTimeUtc(_certificates.CertificateFile, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        time.Advance(TimeSpan.FromSeconds(61));
        (SslStream fresh, string after) = await OpenAsync(fixture);
        Assert.NotEqual(before, after);
        Assert.Equal(next, after);
        await old.WriteAsync("<13>old connection\n"u8.ToArray());
        await fresh.WriteAsync("<13>new connection\n"u8.ToArray());
        await fixture.Sink.WaitForAsync(3);

        // A bad replacement is reported, and the last good one stays.
        await File.WriteAllTextAsync(_certificates.CertificateFile, "not a certificate");
        time.Advance(TimeSpan.FromSeconds(61));
        (SslStream last, string still) = await OpenAsync(fixture);
        Assert.Equal(next, still);
        Assert.NotNull(fixture.Receiver.Problem);
        await old.DisposeAsync();
        await fresh.DisposeAsync();
        await last.DisposeAsync();
    }

    [Fact]
    public async Task Relp_OverTls_IsAnswered()
    {
        await using SyslogReceiverFixture fixture = await StartAsync();
        (SslStream stream, _) = await OpenAsync(fixture, prefix: "relp_tls ");
        await using (stream)
        {
            await stream.WriteAsync("1 syslog 7 <13>one\n"u8.ToArray());
            byte[] answer = new byte[15];
            await stream.ReadExactlyAsync(answer);
            Assert.Equal("1 rsp 6 200 OK\n", Encoding.ASCII.GetString(answer));
        }

        Assert.Equal("relp_tls", (await fixture.Sink.WaitForAsync(1))[0].Transport);
    }

    [Fact]
    public async Task Start_MissingKey_SaysSoInOneLine()
    {
        File.Delete(_certificates.KeyFile);
        ReceiverStartException error = await Assert.ThrowsAsync<ReceiverStartException>(() => StartAsync());
        Assert.Contains(_certificates.KeyFile, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    Task<SyslogReceiverFixture> StartAsync(Action<TlsOptions>? set = null, TimeProvider? time = null)
    {
        TlsOptions tls = _certificates.Options();
        set?.Invoke(tls);
        return SyslogReceiverFixture.StartAsync(
            o => (o.Tls, o.TlsListen, o.RelpTls) = (tls, new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0)), time);
    }

    static async Task<Socket> ConnectAsync(SyslogReceiverFixture fixture, string prefix = "tls ")
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(fixture.EndPoint(prefix));
        return socket;
    }

    static async Task<(SslStream Stream, string Serial)> OpenAsync(
        SyslogReceiverFixture fixture, X509Certificate2? client = null, SslProtocols protocol = SslProtocols.None, string prefix = "tls ", X509Certificate2Collection? chain = null)
    {
        SslStream stream = new(new NetworkStream(await ConnectAsync(fixture, prefix), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocol,
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, chain, offline: true),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Issuer == "CN=Test authority",
        });
        return (stream, stream.RemoteCertificate!.GetSerialNumberString());
    }

    static async Task AssertWelcomeAsync(SyslogReceiverFixture fixture, bool isWelcome, X509Certificate2? client, X509Certificate2Collection? chain = null)
    {
        try
        {
            await SendAsync(fixture, "<13>hello\n", client, chain: chain);
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

        await fixture.Sink.WaitUntilAsync(() => fixture.Refused("tls", RefusedReasons.HandshakeFailed) == 1, () => "not refused: " + string.Join('\n', fixture.Log.Lines));
        Assert.Empty(fixture.Sink.Records);
    }

    static async Task SendAsync(
        SyslogReceiverFixture fixture, string text, X509Certificate2? client = null, SslProtocols protocol = SslProtocols.None, X509Certificate2Collection? chain = null)
    {
        (SslStream stream, _) = await OpenAsync(fixture, client, protocol, chain: chain);
        await using (stream)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            await stream.ShutdownAsync();
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        }
    }
}
