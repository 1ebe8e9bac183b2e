using System.Security.Cryptography.X509Certificates;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Tests.Configuration;
using Collector.Tests.Outputs.Requests;
using Collector.Tests.Shared;
using Tests.Shared;

namespace Collector.Tests.Alerts;

/// <summary>Proxy and TLS of the channels that post: one piece of code for all, each tried.</summary>
public sealed class AlertConnectionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly TestAuthority _authority = new();

    public static TheoryData<string, string> Channels => new()
    {
        { "slack", "webhook: '{0}/x'" },
        { "teams", "webhook: '{0}/x'" },
        { "webhook", "url: '{0}/x'" },
        { "alertmanager", "url: '{0}'" },
        { "pagerduty", "routing_key: r, url: '{0}/x'" },
    };

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public async Task Send_OverTls_ShowsOurCertificateAndBelievesOurAuthorityOnly(string kind, string address)
    {
        using X509Certificate2 certificate = _authority.Issue("localhost");
        using ScriptedServer server = new("200|ok") { Certificate = certificate, WantsClient = true };
        string to = address.Replace("{0}", server.Address, StringComparison.Ordinal);
        string ca = _folder.Write("ca.pem", _authority.Pem);
        string own = _folder.Write("client.pem", _authority.IssuePem("collector-7"));
        await using (AlertOutput output = await OpenAsync(kind, $"{to}, tls: {{ ca: '{ca}', certificate: '{own}' }}"))
        {
            SendOutcome outcome = await output.TestAsync(default);
            Assert.True(outcome.Kind == SendKind.Delivered, outcome.ToString());
            Assert.Equal("CN=collector-7", server.Client);
        }

        await using AlertOutput stranger = await OpenAsync(kind, to);
        Assert.Equal((SendKind.Retry, "unreachable"), ((await stranger.TestAsync(default)).Kind, (await stranger.TestAsync(default)).Reason));
        Assert.Equal(TestMessages(kind), server.Count);
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public async Task Send_ThroughAProxy_LogsInThereAndTunnels(string kind, string address)
    {
        using X509Certificate2 certificate = _authority.Issue("far.example.org");
        using ScriptedServer server = new("200|ok") { Certificate = certificate };
        // "me:p@ss" in Base64.
        using ConnectProxy proxy = new() { Demands = "Proxy-Authorization: Basic bWU6cEBzcw==" };
        string far = $"https://far.example.org:{server.Port}";
        string ca = _folder.Write("ca.pem", _authority.Pem);
        await using AlertOutput output = await OpenAsync(
            kind, $"{address.Replace("{0}", far, StringComparison.Ordinal)}, proxy: 'http://me:p%40ss@{proxy.Authority}', tls: {{ ca: '{ca}' }}");
        SendOutcome outcome = await output.TestAsync(default);
        Assert.True(outcome.Kind == SendKind.Delivered, outcome.ToString());
        Assert.StartsWith($"CONNECT far.example.org:{server.Port} HTTP/1.1", await proxy.NextAsync());
        Assert.Equal(TestMessages(kind), server.Count);
    }

    [Fact]
    public async Task Send_ThroughAProxyThatRefuses_IsTriedAgainAndTellsNoPassword()
    {
        using ConnectProxy proxy = new() { Demands = "never" };
        await using AlertOutput output = await OpenAsync("slack", $"webhook: 'https://far.example.org/secret', proxy: 'http://me:passw0rd@{proxy.Authority}'");
        SendOutcome outcome = await output.TestAsync(default);
        Assert.Equal(SendKind.Retry, outcome.Kind);
        Assert.Contains("407", outcome.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("passw0rd", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_PlainThroughAProxy_NamesTheWholeAddress()
    {
        using ScriptedServer proxy = new("200|ok");
        await using AlertOutput output = await OpenAsync("slack", $"webhook: 'http://far.example.org/x', proxy: '{proxy.Address}'");
        Assert.Equal(SendKind.Delivered, (await output.TestAsync(default)).Kind);
        Assert.Equal("POST http://far.example.org/x HTTP/1.1", (await proxy.NextAsync()).Line);
    }

    [Theory]
    [InlineData("slack: { webhook: 'https://a/x', proxy: 'socks5://p' }", "must be an http address")]
    [InlineData("slack: { webhook: 'http://a/x', tls: { ca: /ca.pem } }", "write an https address")]
    [InlineData("webhook: { url: 'https://a/x', tls: { key_file: /k } }", "a key alone")]
    [InlineData("email: { host: a, from: a@b.c, to: [a@b.c], security: none, tls: { ca: /ca.pem } }", "write security: starttls or tls")]
    public void Read_Mistakes_AreNamed(string output, string expected) =>
        Assert.Contains(expected, Configured.Mistakes($"outputs: {{ {output} }}\n"), StringComparison.Ordinal);

    // An incident is opened and resolved.
    static int TestMessages(string kind) => kind == "pagerduty" ? 2 : 1;

    static async Task<AlertOutput> OpenAsync(string kind, string settings) => (AlertOutput)await Sending.OpenAsync(kind, settings);
}
