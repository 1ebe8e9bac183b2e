using System.Net;
using System.Net.Sockets;
using System.Text;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Outputs.Syslog;
using Collector.Outputs.Tls;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Outputs.Syslog;

public sealed class SyslogOutputTests : IDisposable
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly TemporaryFolder _folder = new();
    readonly TestAuthority _authority = new();
    readonly ClassifiedBatchPool _pool = new(new Ledger());

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Send_OverTcp_CountsOctets()
    {
        using SyslogPeer peer = new();
        await using SyslogOutput output = await StartAsync(Tcp(peer.Port));
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "first", "two\nlines", new string('é', 10_000)));
        Assert.EndsWith(" first", await peer.NextAsync());
        Assert.EndsWith(" two\nlines", await peer.NextAsync());
        Assert.EndsWith(" \uFEFF" + new string('é', 10_000), await peer.NextAsync());
        Assert.Equal(1, peer.Accepted);
    }

    [Fact]
    public async Task Send_OverUdp_IsADatagramAMessageCutAtTheLimit()
    {
        using UdpClient peer = new(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)peer.Client.LocalEndPoint!).Port;
        await using SyslogOutput output = await StartAsync(Tcp(port) with { Transport = SyslogTransport.Udp, UdpBytesMax = 1024 });
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "first", new string('é', 2000)));
        Assert.EndsWith(" first", Encoding.UTF8.GetString((await peer.ReceiveAsync().WaitAsync(Deadline)).Buffer));
        Assert.InRange((await peer.ReceiveAsync().WaitAsync(Deadline)).Buffer.Length, 1023, 1024);
    }

    [Fact]
    public async Task Send_OverUdpWhereNobodyListens_IsTriedAgainOnceTheHostSaysSo()
    {
        await using SyslogOutput output = await StartAsync(Tcp(Ports.Free()) with { Transport = SyslogTransport.Udp });
        SendOutcome outcome = SendOutcome.Delivered;
        for (int i = 0; i < 100 && outcome.Kind == SendKind.Delivered; i++)
        {
            outcome = await SendAsync(output, "a");
        }

        Assert.Equal((SendKind.Retry, "unreachable"), (outcome.Kind, outcome.Reason));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Send_AfterTheFarSideHasGone_ReconnectsBeforeItTrustsAWrite(bool isTls, bool isReset)
    {
        using SyslogPeer peer = new(certificate: isTls ? _authority.Issue("localhost") : null);
        await using SyslogOutput output = await StartAsync(isTls ? Tls(peer.Port) : Tcp(peer.Port));
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "0"));
        Assert.EndsWith(" 0", await peer.NextAsync());
        for (int i = 1; i <= 20; i++)
        {
            peer.Hang(isReset);
            SendOutcome outcome = await SendAsync(output, $"{i}");
            for (int tries = 0; outcome.Kind == SendKind.Retry && tries < 3; tries++)
            {
                outcome = await SendAsync(output, $"{i}");
            }

            Assert.Equal(SendOutcome.Delivered, outcome);
            Assert.EndsWith($" {i}", await peer.NextAsync());
        }

        Assert.Equal(21, peer.Accepted);
    }

    [Fact]
    public async Task Send_WhereNobodyListens_IsTriedAgain()
    {
        await using SyslogOutput output = await StartAsync(Tcp(Ports.Free()));
        Assert.Equal("unreachable", (await SendAsync(output, "a")).Reason);
        await using SyslogOutput lost = await StartAsync(Tcp(514) with { Host = "no-such-host.invalid" });
        Assert.Equal("dns", (await SendAsync(lost, "a")).Reason);
    }

    [Fact]
    public async Task Send_ToAFarSideThatNeverReads_EndsWithinItsTimeAndDropsTheConnection()
    {
        using SyslogPeer peer = new(manner: PeerManner.NeverReads);
        await using SyslogOutput output = await StartAsync(Tcp(peer.Port) with { Timeout = TimeSpan.FromMilliseconds(500) });
        SendOutcome outcome = SendOutcome.Delivered;
        string body = new('x', 50_000);
        for (int i = 0; i < 1000 && outcome.Kind == SendKind.Delivered; i++)
        {
            outcome = await SendAsync(output, body).WaitAsync(Deadline);
        }

        // On a busy machine the kernel's own limit may come first.
        Assert.Equal(SendKind.Retry, outcome.Kind);
        Assert.True(outcome is { Reason: "timeout", Detail: "the far side does not read within 0.5 s" } or { Reason: "closed", Detail: "Connection timed out" }, outcome.ToString());
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "on a new connection"));
        await Eventually.UntilAsync(() => peer.Accepted == 2);
    }

    [Fact]
    public async Task Send_ToATlsServerThatNeverSaysHello_EndsWithinItsTime()
    {
        Assert.True(new SyslogOutputOptions().ConnectTimeout <= TimeSpan.FromSeconds(10));
        using SyslogPeer peer = new(manner: PeerManner.NeverTalks);
        await using SyslogOutput output = await StartAsync(Tls(peer.Port) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        SendOutcome outcome = await SendAsync(output, "a").WaitAsync(Deadline);
        Assert.Equal((SendKind.Retry, "timeout", "no TLS handshake within 0.3 s"), (outcome.Kind, outcome.Reason, outcome.Detail));
    }

    [Fact]
    public async Task Send_OverTls_ShowsOurCertificateAndBelievesOurAuthorityOnly()
    {
        using TestAuthority stranger = new();
        using SyslogPeer peer = new(certificate: _authority.Issue("localhost"));
        string client = _folder.Write("client.pem", _authority.IssuePem("collector-7"));
        await using SyslogOutput output = await StartAsync(Tls(peer.Port) with { Tls = new ClientTlsOptions { Ca = CaFile(_authority), Certificate = client } });
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "0"));
        Assert.EndsWith(" 0", await peer.NextAsync());
        Assert.Equal("CN=collector-7", peer.Client);

        // The far side's certificate changes to one that nobody vouches for, and then our file to one that does.
        peer.Certificate = stranger.Issue("localhost");
        peer.Hang();
        SendOutcome refused = await SendUntilAsync(output, "1");
        Assert.Equal((SendKind.Retry, "tls"), (refused.Kind, refused.Reason));
        Assert.Equal("tls", (await SendAsync(output, "1")).Reason);
        CaFile(stranger);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "1"));
        Assert.EndsWith(" 1", await peer.NextAsync());
        Assert.False(peer.TryNext(out _));
    }

    [Theory]
    [InlineData("localhost", "", true)]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("localhost", "other.example.org", false)]
    [InlineData("127.0.0.1", "localhost", true)]
    public async Task Send_OverTls_WantsTheNameInTheCertificate(string host, string serverName, bool isTrusted)
    {
        using SyslogPeer peer = new(certificate: _authority.Issue("localhost"));
        await using SyslogOutput output = await StartAsync(Tls(peer.Port) with { Host = host, ServerName = serverName });
        Assert.Equal(isTrusted ? "" : "tls", (await SendAsync(output, "a")).Reason);
    }

    [Fact]
    public async Task Send_WhenTheNameLeadsElsewhere_FollowsIt()
    {
        using SyslogPeer first = new();
        await using SyslogOutput output = await StartAsync(Tcp(first.Port) with { Host = "localhost" });
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "0"));
        Assert.EndsWith(" 0", await first.NextAsync());
        int port = first.Port;
        first.Dispose();

        // Where localhost has two addresses it is now the other one.
        using SyslogPeer second = new(port, address: (await Dns.GetHostAddressesAsync("localhost")).FirstOrDefault(a => !a.Equals(IPAddress.Loopback)) ?? IPAddress.Loopback);
        Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "1"));
        Assert.EndsWith(" 1", await second.NextAsync());
    }

    [Fact]
    public async Task Dispose_AfterASend_LeavesTheFarSideTimeToReadAll()
    {
        using SyslogPeer peer = new(certificate: _authority.Issue("localhost"));
        await using (SyslogOutput output = await StartAsync(Tls(peer.Port)))
        {
            Assert.Equal(SendOutcome.Delivered, await SendAsync(output, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]));
        }

        for (int i = 0; i < 1000; i++)
        {
            Assert.EndsWith($" {i}", await peer.NextAsync());
        }
    }

    [Fact]
    public async Task Start_WithoutItsFiles_SaysWhichAndWhy()
    {
        SyslogOutput output = new("siem", Tls(6514) with { Tls = new ClientTlsOptions { Ca = "/no/such/ca.pem" } }, Context);
        OutputStartException failure = await Assert.ThrowsAsync<OutputStartException>(() => output.StartAsync(default));
        Assert.StartsWith("outputs.siem: tls: cannot use /no/such/ca.pem: ", failure.Message);
        await output.DisposeAsync();
    }

    [Theory]
    [InlineData("empty", "{}")]
    [InlineData("wrong", "{ address: \"2001:db8::1:514\", tls: { ca: /x, key_file: /y }, udp_bytes_max: 100 }")]
    public void Read_WrongSettings_NamesEveryMistake(string name, string settings)
    {
        LoadedConfiguration configuration = Configured.From($"outputs:\n  syslog: {settings}\n");
        Snapshot.Verify(configuration.RenderMistakes(), parameters: name);
    }

    [Theory]
    [InlineData("logs.example.org:6514", "logs.example.org", 6514)]
    [InlineData("[2001:db8::1]:514", "2001:db8::1", 514)]
    [InlineData("10.0.0.7:601", "10.0.0.7", 601)]
    public void Read_Address_IsHostAndPort(string address, string host, int port)
    {
        LoadedConfiguration configuration = Configured.From($"outputs:\n  syslog: {{ address: \"{address}\" }}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        SyslogOutputOptions options = (SyslogOutputOptions)configuration.Options.Outputs.Single(o => o.Name == "syslog").Options;
        Assert.Equal((host, port), (options.Host, options.Port));
    }

    static OutputContext Context => new(TimeProvider.System, NullLoggerFactory.Instance);

    static SyslogOutputOptions Tcp(int port) => new() { Host = "127.0.0.1", Port = port };

    SyslogOutputOptions Tls(int port) => new() { Transport = SyslogTransport.Tls, Host = "localhost", Port = port, Tls = new ClientTlsOptions { Ca = CaFile(_authority) } };

    string CaFile(TestAuthority authority) => _folder.Write("ca.pem", authority.Pem);

    static async Task<SyslogOutput> StartAsync(SyslogOutputOptions options)
    {
        SyslogOutput output = new("syslog", options, Context);
        await output.StartAsync(default);
        return output;
    }

    /// <summary>Sends until it is not delivered.</summary>
    async Task<SendOutcome> SendUntilAsync(SyslogOutput output, string body)
    {
        for (int i = 0; i < 1000; i++)
        {
            SendOutcome outcome = await SendAsync(output, body).WaitAsync(Deadline);
            if (outcome.Kind != SendKind.Delivered && outcome.Reason != "closed")
            {
                return outcome;
            }
        }

        return SendOutcome.Delivered;
    }

    async Task<SendOutcome> SendAsync(SyslogOutput output, params string[] bodies)
    {
        BatchBuilder builder = new() { BufferBytes = RecordBatchPool.LargeBytes };
        foreach (string body in bodies)
        {
            builder.Add(body);
        }

        ClassifiedBatch batch = builder.Build(_pool);
        SendOutcome outcome = await output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), default);
        batch.Release();
        return outcome;
    }
}
