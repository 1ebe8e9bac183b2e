using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Debian's rsyslogd over TLS: its gtls driver with octet counting (RFC 5425), and RELP with and without TLS.</summary>
public sealed class RsyslogTlsTests : IDisposable
{
    const int Messages = 10_000;

    readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    /// <summary>T4: names and fingerprints, allowed.</summary>
    [Theory]
    [InlineData("good", "authority")]
    [InlineData("good", "name")]
    [InlineData("self-signed", "fingerprint")]
    public async Task Forward_OverTlsWithAClientCertificate_EveryMessageArrivesOnce(string kind, string judgedBy)
    {
        await using CollectorProcess collector = await StartAsync(kind, judgedBy, "tls: { listen: \"127.0.0.1:0\", ");
        await RsyslogForwarder.ForwardAsync(collector, TlsAction(collector), Messages, TlsGlobal(kind));
        Assert.Equal(0, await collector.Program.StopAsync());
        RsyslogForwarder.AssertEachOnce(collector.Records(), Messages, "tls");
    }

    /// <summary>T2 and T4: a name that is not permitted, a fingerprint of another, nobody's authority, an end that is past.</summary>
    [Theory]
    [InlineData("other-name", "name")]
    [InlineData("good", "another fingerprint")]
    [InlineData("self-signed", "authority")]
    [InlineData("expired", "authority")]
    [InlineData("server-use", "authority")]
    public async Task Forward_OverTlsWithAWrongCertificate_IsRefusedAndCounted(string kind, string judgedBy)
    {
        await using CollectorProcess collector = await StartAsync(kind, judgedBy, "tls: { listen: \"127.0.0.1:0\", ");
        await using RsyslogForwarder rsyslog = new(TlsAction(collector), 10, TlsGlobal(kind));
        await collector.WaitForMetricAsync("collector_receiver_refused_log_records_total{receiver=\"syslog\",transport=\"tls\",reason=\"handshake_failed\"}", value => value >= 1);
        await collector.Program.WaitForLineAsync(line => line.Contains("TLS refused the client certificate", StringComparison.Ordinal));
        Assert.Equal(0, await collector.MetricAsync("collector_ledger_records_total{state=\"received\"}"));
        Assert.DoesNotContain("PRIVATE KEY", collector.Program.Everything(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_OverRelp_EveryMessageArrivesOnce()
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync(syslog: "relp: \"127.0.0.1:0\"");
        await RsyslogForwarder.ForwardAsync(
            collector,
            $"""action(type="omrelp" target="127.0.0.1" port="{collector.PortOf("syslog relp")}" template="RSYSLOG_SyslogProtocol23Format")""",
            Messages,
            ")\nmodule(load=\"omrelp\")");
        Assert.Equal(0, await collector.Program.StopAsync());
        RsyslogForwarder.AssertEachOnce(collector.Records(), Messages, "relp");
    }

    [Theory]
    [InlineData("good", "name")]
    [InlineData("self-signed", "fingerprint")]
    public async Task Forward_OverRelpAndTls_EveryMessageArrivesOnce(string kind, string judgedBy)
    {
        await using CollectorProcess collector = await StartAsync(kind, judgedBy, "relp_tls: \"127.0.0.1:0\", tls: { listen: off, ");
        (string certificate, string key) = _certificates.WriteClient(kind);
        await RsyslogForwarder.ForwardAsync(
            collector,
            $"""
            action(type="omrelp" target="127.0.0.1" port="{collector.PortOf("syslog relp_tls")}" template="RSYSLOG_SyslogProtocol23Format" tls="on"
                tls.cacert="{_certificates.AuthorityFile}" tls.mycert="{certificate}" tls.myprivkey="{key}" tls.authmode="name" tls.permittedpeer=["localhost"])
            """,
            Messages,
            ")\nmodule(load=\"omrelp\")");
        Assert.Equal(0, await collector.Program.StopAsync());
        RsyslogForwarder.AssertEachOnce(collector.Records(), Messages, "relp_tls");
    }

    Task<CollectorProcess> StartAsync(string kind, string judgedBy, string syslog)
    {
        string clients = judgedBy switch
        {
            "authority" => $"client_ca: \"{_certificates.AuthorityFile}\"",
            "name" => $"client_ca: \"{_certificates.AuthorityFile}\", client_names: [sender.example.org]",
            "fingerprint" => $"client_fingerprints: [\"{_certificates.FingerprintOf(kind)}\"]",
            _ => $"client_fingerprints: [\"{new string('a', 64)}\"]",
        };
        return CollectorProcess.StartAsync(
            syslog: $"{syslog}certificate: \"{_certificates.CertificateFile}\", key_file: \"{_certificates.KeyFile}\", {clients} }}");
    }

    string TlsGlobal(string kind)
    {
        (string certificate, string key) = _certificates.WriteClient(kind);
        return $"""
            defaultNetstreamDriverCAFile="{_certificates.AuthorityFile}" defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}")
            """;
    }

    static string TlsAction(CollectorProcess collector) => $"""
        action(type="omfwd" target="127.0.0.1" protocol="tcp" port="{collector.PortOf("syslog tls")}" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
            StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost" action.resumeInterval="1")
        """;
}
