using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Debian's rsyslogd, and a second Collector, receive what the syslog output sends.</summary>
public sealed class SyslogOutputTests
{
    const int Records = 10_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Output_ToRsyslog_EveryRecordArrivesOnceWithItsFields(bool isTls)
    {
        using TemporaryFolder folder = new();
        await using RunningProgram rsyslog = new("/usr/sbin/rsyslogd", ["-n", "-f", Configure(folder, isTls), "-i", folder.File("pid")], folder.Path);
        int port = await PortAsync(folder);
        string output = isTls
            ? $"  syslog: {{ address: \"localhost:{port}\", transport: tls, tls: {{ ca: \"{folder.File("ca.pem")}\" }} }}"
            : $"  syslog: {{ address: \"127.0.0.1:{port}\" }}";
        await using CollectorProcess collector = await CollectorProcess.StartAsync(outputs: output);
        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync(Lines());
            await collector.WaitForReceivedAsync(Records);
        }

        // A clean stop, with records perhaps still on their way.
        Assert.Equal(0, await collector.Program.StopAsync());
        List<JsonElement> received = await ReadAsync(folder.File("out.jsonl"), Records);
        await rsyslog.StopAsync();

        Assert.Equal(Records, received.Count);
        for (int i = 0; i < Records; i++)
        {
            JsonElement record = received[i];
            Assert.Equal("134", record.GetProperty("pri").GetString());
            Assert.Equal("2026-11-25T10:00:00.123456", record.GetProperty("timestamp").GetString()![..26]);
            Assert.Equal($"web{i % 7}", record.GetProperty("host").GetString());
            Assert.Equal("checkout-api", record.GetProperty("app").GetString());
            Assert.Equal($"{i}", record.GetProperty("procid").GetString());
            Assert.Equal("ID47", record.GetProperty("msgid").GetString());
            Assert.Equal($"request {i} took 12 ms, café", record.GetProperty("msg").GetString()!.TrimStart('\uFEFF'));
            string data = record.GetProperty("data").GetString()!;
            Assert.StartsWith($"[exampleSDID@32473 iut=\"3\" note=\"a \\\"quoted\\\" {i}\"][collector@32473 severity=\"", data);
            Assert.Contains(" category=\"", data, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Output_ToAnotherCollector_EveryFieldIsTheSame()
    {
        await using CollectorProcess far = await CollectorProcess.StartAsync();
        await using CollectorProcess near = await CollectorProcess.StartAsync(outputs: $"  syslog: {{ address: \"127.0.0.1:{far.TcpPort}\" }}");
        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(near.TcpPort))
        {
            string[] messages =
            [
                "<134>1 2026-11-25T10:00:00.123456Z web1 checkout-api 812 ID47 [x@1 a=\"b\" c=\"\\\"d\\\"\"] SQL injection attempt detected in API.",
                "<0>1 2026-11-25T10:00:00Z web2 kernel - - - \uFEFFpanic: not syncing, größe",
                "<191>1 2026-11-25T10:00:00.5+02:00 web3 app 1 - - first line\n  second line\n\tthird",
                "<13>Nov 25 10:00:00 web4 sshd[812]: Failed password for root from 10.0.0.7",
                "<34>1 2026-11-25T10:00:00Z - - - - - no host, no app",
            ];
            await sender.SendAsync(string.Concat(messages.Select(m => $"{Encoding.UTF8.GetByteCount(m)} {m}")));
            await far.WaitForReceivedAsync(messages.Length);
        }

        Assert.Equal(0, await near.Program.StopAsync());
        Assert.Equal(0, await far.Program.StopAsync());
        Assert.Equal(near.Records().Select(Fields), far.Records().Select(Fields));
    }

    /// <summary>What a syslog message can carry.</summary>
    static string Fields(JsonElement record) => string.Join('\n', record.EnumerateObject()
        .Where(p => p.Name is "timestamp" or "severity_number" or "severity_text" or "app" or "procid" or "msgid" or "facility" or "body" or "structured_data"
            || (p.Name == "host" && p.Value.GetString()!.StartsWith("web", StringComparison.Ordinal)))
        .Select(p => p.Name == "structured_data"
            ? string.Join(',', p.Value.EnumerateObject().Where(e => e.Name != "collector@32473").Select(e => e.ToString()))
            : p.ToString())
        .Where(text => text.Length > 0));

    static string Lines()
    {
        StringBuilder text = new();
        for (int i = 0; i < Records; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<134>1 2026-11-25T10:00:00.123456Z web{i % 7} checkout-api {i} ID47 ")
                .Append(CultureInfo.InvariantCulture, $"[exampleSDID@32473 iut=\"3\" note=\"a \\\"quoted\\\" {i}\"] request {i} took 12 ms, café\n");
        }

        return text.ToString();
    }

    static string Configure(TemporaryFolder folder, bool isTls)
    {
        string global = "";
        string driver = "";
        if (isTls)
        {
            using TestAuthority authority = new();
            using X509Certificate2 certificate = authority.Issue("localhost");
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            folder.Write("ca.pem", authority.Pem);
            folder.Write("server.pem", certificate.ExportCertificatePem() + "\n");
            folder.Write("server.key", key.ExportPkcs8PrivateKeyPem() + "\n");
            global = $" defaultNetstreamDriverCAFile=\"{folder.File("ca.pem")}\" defaultNetstreamDriverCertFile=\"{folder.File("server.pem")}\""
                + $" defaultNetstreamDriverKeyFile=\"{folder.File("server.key")}\"";
            driver = " streamDriver.name=\"gtls\" streamDriver.mode=\"1\" streamDriver.authMode=\"anon\"";
        }

        return folder.Write("rsyslog.conf", $$"""
            global(workDirectory="{{folder.Path}}"{{global}})
            module(load="imtcp"{{driver}})
            input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="{{folder.File("port")}}")
            template(name="line" type="list") {
              constant(value="{")
              property(outname="pri" name="pri" format="jsonf") constant(value=",")
              property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf") constant(value=",")
              property(outname="host" name="hostname" format="jsonf") constant(value=",")
              property(outname="app" name="app-name" format="jsonf") constant(value=",")
              property(outname="procid" name="procid" format="jsonf") constant(value=",")
              property(outname="msgid" name="msgid" format="jsonf") constant(value=",")
              property(outname="data" name="structured-data" format="jsonf") constant(value=",")
              property(outname="msg" name="msg" format="jsonf")
              constant(value="}\n")
            }
            action(type="omfile" file="{{folder.File("out.jsonl")}}" template="line")
            """);
    }

    static async Task<int> PortAsync(TemporaryFolder folder)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            if (File.Exists(folder.File("port")) && int.TryParse(await File.ReadAllTextAsync(folder.File("port")), CultureInfo.InvariantCulture, out int port))
            {
                return port;
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    static async Task<List<JsonElement>> ReadAsync(string file, int count)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        int lines = 0;
        while (lines < count)
        {
            lines = File.Exists(file) ? (await File.ReadAllTextAsync(file)).Count(c => c == '\n') : 0;
            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{lines} of {count} records arrived");
            }
        }

        return [.. File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
