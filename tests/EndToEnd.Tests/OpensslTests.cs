using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>The <c>openssl</c> command as a sender.</summary>
public sealed class OpensslTests : IDisposable
{
    const int Messages = 10_000;

    readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Pipe_ThroughSClient_EveryLineArrivesOnce(string version)
    {
        await using CollectorProcess collector = await StartAsync();
        string lines = string.Concat(Enumerable.Range(0, Messages).Select(i => $"<134>1 2026-11-25T10:00:00Z web1 pipe 1 - - request {i}\n"));
        (int code, string said) = await ConnectAsync(collector, $"{version} -verify_return_error -quiet -no_ign_eof", lines);
        Assert.True(code == 0, said);
        await collector.WaitForReceivedAsync(Messages);
        Assert.Equal(0, await collector.Program.StopAsync());
        List<JsonElement> records = collector.Records();
        Assert.Equal(
            Enumerable.Range(0, Messages).Select(i => $"request {i}").Order(StringComparer.Ordinal),
            records.Select(r => r.GetProperty("body").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(records, r => Assert.Equal("tls", r.GetProperty("transport").GetString()));
    }

    /// <summary>T1: old versions, and suites without forward secrecy or authenticated encryption.</summary>
    [Theory]
    [InlineData("-tls1 -cipher ALL:@SECLEVEL=0")]
    [InlineData("-tls1_1 -cipher ALL:@SECLEVEL=0")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0")]
    [InlineData("-tls1_2 -cipher NULL:@SECLEVEL=0")]
    public async Task Handshake_WithWhatIsTooOld_IsRefused(string offer)
    {
        await using CollectorProcess collector = await StartAsync();
        (int code, string said) = await ConnectAsync(collector, offer + " -quiet -no_ign_eof", "<13>secret\n");
        Assert.True(code != 0, said);
        (code, said) = await ConnectAsync(collector, "-quiet -no_ign_eof", "<13>good\n");
        Assert.True(code == 0, said);
        await collector.WaitForReceivedAsync(1);
        Assert.Equal(0, await collector.Program.StopAsync());
        Assert.Equal("good", Assert.Single(collector.Records()).GetProperty("body").GetString());
    }

    /// <summary>T1: no renegotiation, no compression.</summary>
    [Fact]
    public async Task Handshake_Reported_HasNoCompressionAndRefusesRenegotiation()
    {
        await using CollectorProcess collector = await StartAsync();
        (_, string said) = await ConnectAsync(collector, "-tls1_2 -comp", "R\n<13>after\n");
        Assert.Contains("Compression: NONE", said, StringComparison.Ordinal);
        Assert.Contains("RENEGOTIATING", said, StringComparison.Ordinal);
        Assert.Contains("unexpected eof", said, StringComparison.Ordinal);
        Assert.Equal(0, await collector.MetricAsync("collector_ledger_records_total{state=\"received\"}"));
    }

    /// <summary>T5: new connections see a new certificate within a minute, and no record of an old or a new connection is lost.</summary>
    [Fact]
    public async Task Certificate_ReplacedUnderLoad_LosesNoRecord()
    {
        await using CollectorProcess collector = await StartAsync();
        int port = collector.PortOf("syslog tls");
        await using TlsSender old = await TlsSender.ConnectAsync(port);
        string next = _certificates.WriteServer();
        int sent = 0;
        string serial;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        do
        {
            await old.SendAsync(SyslogSender.Lines(sent, 500));
            await using TlsSender fresh = await TlsSender.ConnectAsync(port);
            await fresh.SendAsync(SyslogSender.Lines(sent + 500, 500));
            await fresh.CloseAsync();
            serial = fresh.Serial;
            sent += 1_000;
            await Task.Delay(10, patience.Token);
        }
        while (serial != next);

        Assert.NotEqual(next, old.Serial);
        await old.SendAsync(SyslogSender.Lines(sent, 500));
        await old.CloseAsync();
        sent += 500;
        await collector.WaitForReceivedAsync(sent);
        Assert.Equal(0, await collector.Program.StopAsync());
        List<JsonElement> records = collector.Records();
        Assert.Equal(sent, records.Count);
        Assert.Equal(sent, records.Select(r => r.GetProperty("body").GetString()).Distinct().Count());
    }

    Task<CollectorProcess> StartAsync() => CollectorProcess.StartAsync(
        syslog: $"tls: {{ listen: \"127.0.0.1:0\", certificate: \"{_certificates.CertificateFile}\", key_file: \"{_certificates.KeyFile}\" }}");

    async Task<(int Code, string Said)> ConnectAsync(CollectorProcess collector, string options, string text)
    {
        using TemporaryFolder folder = new();
        string input = folder.Write("input", text);
        string command = $"openssl s_client -connect 127.0.0.1:{collector.PortOf("syslog tls")} -CAfile {_certificates.AuthorityFile} {options} < {input}";
        await using RunningProgram program = new("sh", ["-c", command], folder.Path);
        return (await program.ExitAsync(), program.Everything());
    }
}
