using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Alerts reach Debian's Alertmanager, a mail server with a mailbox, and what stands in for Slack: each critical record once, the rest never.</summary>
public sealed class AlertTests
{
    const string Password = "p4ss word";

    static readonly HttpClient Http = new() { Timeout = Patience.Long };

    static readonly string[] Criticals = ["SQL injection attempt detected in API.", "Critical vulnerability found in package xyz."];

    [Fact]
    public async Task ThreeLines_TwoCritical_ArriveOnceEverywhereAndResolve()
    {
        using TemporaryFolder folder = new();
        int alertPort = Ports.Free();
        folder.Write("alertmanager.yml", "route: { receiver: none, group_by: [category] }\nreceivers: [{ name: none }]\n");
        await using RunningProgram alertmanager = new(
            "prometheus-alertmanager",
            ["--config.file=alertmanager.yml", "--storage.path=data", $"--web.listen-address=127.0.0.1:{alertPort}", "--cluster.listen-address="],
            folder.Path);
        await UntilAsync(async () => (await AlertsAsync(alertPort)).GetArrayLength() == 0, "Alertmanager starts");
        MakeCertificate(folder);
        await using RunningProgram mail = new(
            "/usr/bin/python3",
            [Repository.PathTo("tests", "EndToEnd.Tests", "smtp", "server.py"), folder.File("mail.pem"), folder.File("mail.key"), folder.File("mailbox"), Password],
            folder.Path);
        string mailPort = (await mail.WaitForLineAsync(line => line.StartsWith("port ", StringComparison.Ordinal))).Split(' ')[1];
        using SlackStandIn slack = new(Ports.Free());
        await using CollectorProcess collector = await CollectorProcess.StartAsync(outputs: $$"""
              alertmanager: { url: "http://127.0.0.1:{{alertPort}}", quiet_after: 10s }
              slack: { webhook: "{{slack.Address}}" }
              email: { host: localhost, port: {{mailPort}}, user: collector, password: "{{Password}}", tls: { ca: "{{folder.File("mail.pem")}}" }, from: collector@example.org, to: [ops@example.org] }
            """);

        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync(string.Concat(Criticals.Prepend("User logged in successfully.").Select(text => $"<13>1 2026-11-25T10:00:00Z web1 user-api - - - {text}\n")));
        }

        // Looked at while they are active, which is not for long.
        JsonElement alerts = default, groups = default;
        await UntilAsync(
            async () => (alerts = await AlertsAsync(alertPort)).GetArrayLength() == 2
                && (groups = await GetAsync(alertPort, "/api/v2/alerts/groups")).EnumerateArray().Sum(g => g.GetProperty("alerts").GetArrayLength()) == 2,
            "both are at Alertmanager");
        await UntilAsync(() => Task.FromResult(slack.Texts.Count == 2), "both are at Slack");
        await UntilAsync(() => Task.FromResult(Mails(folder).Length == 2), "both are in the mailbox");
        foreach (string text in Criticals)
        {
            Assert.Single(alerts.EnumerateArray(), alert => alert.GetProperty("annotations").GetProperty("description").GetString() == text);
            Assert.Single(slack.Texts, t => t == $"CRITICAL web1 user-api: {text}");
            string message = Assert.Single(Mails(folder), m => m.Contains($"Subject: CRITICAL web1 user-api: {text}", StringComparison.Ordinal));
            Assert.Contains("To: ops@example.org", message, StringComparison.Ordinal);
            Assert.Contains("Content-Type: text/plain", message, StringComparison.Ordinal);
            Assert.Contains("Content-Type: text/html", message, StringComparison.Ordinal);
        }

        JsonElement labels = alerts[0].GetProperty("labels");
        Assert.Equal(("CollectorLogRecord", "web1", "user-api"), (labels.GetProperty("alertname").GetString(), labels.GetProperty("host").GetString(), labels.GetProperty("app").GetString()));
        await UntilAsync(async () => (await AlertsAsync(alertPort)).GetArrayLength() == 0, "both are resolved");
        Assert.Equal((2, 2), (slack.Texts.Count, Mails(folder).Length));
        Assert.Equal(0, await collector.Program.StopAsync());
    }

    static Task<JsonElement> AlertsAsync(int port) => GetAsync(port, "/api/v2/alerts?active=true");

    static async Task<JsonElement> GetAsync(int port, string path) =>
        JsonDocument.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}"))).RootElement;

    // Long subjects are folded; the mailbox is a Maildir.
    static string[] Mails(TemporaryFolder folder) => Directory.Exists(folder.File("mailbox/new"))
        ? [.. Directory.GetFiles(folder.File("mailbox/new")).Select(path => File.ReadAllText(path).ReplaceLineEndings("\n").Replace("\n\t", " ", StringComparison.Ordinal).Replace("\n ", " ", StringComparison.Ordinal))]
        : [];

    static async Task UntilAsync(Func<Task<bool>> isReached, string what)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        try
        {
            while (true)
            {
                try
                {
                    if (await isReached())
                    {
                        return;
                    }
                }
                catch (HttpRequestException)
                {
                    // Alertmanager is still starting.
                }

                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(what + ": not reached");
        }
    }

    static void MakeCertificate(TemporaryFolder folder)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        folder.Write("mail.pem", certificate.ExportCertificatePem());
        folder.Write("mail.key", key.ExportPkcs8PrivateKeyPem());
    }
}
