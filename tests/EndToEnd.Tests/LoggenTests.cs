using System.Globalization;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;
using Xunit.Abstractions;

namespace EndToEnd.Tests;

/// <summary>syslog-ng's loggen over every transport that it has. Says so and passes where its package cannot be fetched.</summary>
public sealed class LoggenTests(ITestOutputHelper output) : IDisposable
{
    const int Messages = 5_000;

    readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task Send_OverEveryTransport_EveryMessageArrivesOnce()
    {
        (Loggen? fetched, string problem) = await Loggen.FetchAsync();
        if (fetched is null)
        {
            output.WriteLine("Not run: syslog-ng-core cannot be fetched. " + problem);
            return;
        }

        using Loggen loggen = fetched;
        using TemporaryFolder sockets = new();
        await using CollectorProcess collector = await CollectorProcess.StartAsync(syslog:
            $"unix_stream: \"{sockets.File("stream")}\", unix_datagram: \"{sockets.File("datagram")}\", "
            + $"tls: {{ listen: \"127.0.0.1:0\", certificate: \"{_certificates.CertificateFile}\", key_file: \"{_certificates.KeyFile}\" }}");
        string tcp = Text(collector.TcpPort), tls = Text(collector.PortOf("syslog tls"));
        string[] load = ["--number", Text(Messages), "--rate", "1000000", "--size", "250", "--quiet"];
        long sent = 0;
        foreach (string[] way in new string[][]
        {
            ["--inet", "--stream", "127.0.0.1", tcp],
            ["--inet", "--stream", "--syslog-proto", "--sdata", "[test name=\"value\"]", "127.0.0.1", tcp],
            ["--inet", "--stream", "--syslog-proto", "--no-framing", "127.0.0.1", tcp],
            ["--use-ssl", "--syslog-proto", "127.0.0.1", tls],
            ["--unix", "--stream", sockets.File("stream")],
            ["--unix", "--dgram", sockets.File("datagram")],
        })
        {
            await loggen.SendAsync([.. load, .. way]);
            sent += Messages;
            await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"received\"}", value => value >= sent);
        }

        Assert.Equal(0, await collector.Program.StopAsync());
        List<JsonElement> records = collector.Records();
        Assert.Equal(sent, records.Count);
        Assert.All(records, r => Assert.Equal("prg00000", r.GetProperty("app").GetString()));
        Assert.Equal(
            [("tcp", 3 * Messages), ("tls", Messages), ("unix_datagram", Messages), ("unix_stream", Messages)],
            records.GroupBy(r => r.GetProperty("transport").GetString()!).Select(g => (g.Key, g.Count())).OrderBy(g => g.Key, StringComparer.Ordinal));
        Assert.Equal(Messages, records.Count(r => r.TryGetProperty("structured_data", out JsonElement data) && data.GetProperty("test").GetProperty("name").GetString() == "value"));
        Assert.DoesNotContain(records, r => r.TryGetProperty("parse", out JsonElement marks) && marks.EnumerateArray().Any(m => m.GetString() is "invalid_header" or "invalid_pri" or "missing_pri"));
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
