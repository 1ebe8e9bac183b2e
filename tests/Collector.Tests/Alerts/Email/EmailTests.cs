using System.Text;
using Collector.Alerts;
using Collector.Alerts.Email;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Tests.Shared;

namespace Collector.Tests.Alerts.Email;

public sealed class EmailTests
{
    static readonly EmailOptions Own = new() { From = "Collector <collector@example.org>", To = "ops@example.org, Night <night@example.org>" };

    [Fact]
    public void Create_EveryNotice_HasTheDocumentedShape()
    {
        StringBuilder all = new();
        AlertNotice[] notices = [Notices.Firing(), Notices.Firing(Notices.Alert(Notices.Evil, "web1\r\nX: y", "<b>&\u001b[2J"), 12), Notices.Storm(), Notices.Recovered(), Notices.StormOver(), Notices.Test()];
        foreach (AlertNotice notice in notices)
        {
            using MimeMessage message = Create(notice);
            all.Append("=== ").Append(message.Subject).Append('\n');
            all.AppendJoin('\n', message.Headers.Where(h => h.Id is not (HeaderId.MimeVersion or HeaderId.Subject)).Select(h => $"{h.Field}: {h.Value}"));
            all.Append("\n\n").Append(message.TextBody).Append("\n---\n").Append(message.HtmlBody);
        }

        Snapshot.Verify(all.ToString());
    }

    [Fact]
    public void Create_TextThatTriesToAct_AddsNoHeaderAndNoElement()
    {
        using MimeMessage plain = Create(Notices.Firing());
        using MimeMessage evil = Create(Notices.Firing(Notices.Alert(Notices.Evil, Notices.Evil, Notices.Evil)));
        using MemoryStream written = new();
        evil.WriteTo(written);
        written.Position = 0;
        using MimeMessage read = MimeMessage.Load(written);
        Assert.Equal(plain.Headers.Select(h => h.Field), read.Headers.Where(h => h.Id != HeaderId.MimeVersion).Select(h => h.Field));
        Assert.Empty(read.Bcc);
        Assert.DoesNotContain("<script", read.HtmlBody, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("</pre><", read.HtmlBody, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u001b', Encoding.UTF8.GetString(written.ToArray()));
    }

    [Fact]
    public void Create_RecoveryOfAThousand_IsAShortMail()
    {
        using MimeMessage message = Create(Notices.Recovered() with { Alerts = [.. Enumerable.Repeat(Notices.Alert(), 1000)], Groups = 1000 });
        Assert.Equal("Quiet again: 1000 alerts", message.Subject);
        Assert.True(message.TextBody!.Length < 5000);
        Assert.Contains("and 990 more", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("and 990 more", message.HtmlBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task Send_WithTlsAndLogin_IsInTheMailbox(string security)
    {
        using MailServer server = new() { IsTls = security == "tls" };
        using TemporaryFolder folder = new();
        await using AlertOutput output = Make(server, security, folder.Write("ca.pem", server.AuthorityPem));
        SendOutcome outcome = await output.TestAsync(default);
        Assert.Equal((SendKind.Delivered, ""), (outcome.Kind, outcome.Reason));
        Assert.Contains("queued as 42", outcome.Detail, StringComparison.Ordinal);
        string mail = await server.NextAsync();
        Assert.Contains("Subject: TEST of this channel, nothing happened", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH", server.Plain.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_WithACertificateOfOurOwn_ShowsItAndReadsItAnew()
    {
        using MailServer server = new();
        using TemporaryFolder folder = new();
        using TestAuthority authority = new();
        string ca = folder.Write("ca.pem", "nobody yet");
        string own = folder.Write("client.pem", authority.IssuePem("collector-1"));
        await using AlertOutput output = Make(server, "starttls", ca, certificate: own);
        await Assert.ThrowsAsync<OutputStartException>(() => output.TestAsync(default));
        folder.Write("ca.pem", server.AuthorityPem);
        Assert.Equal(SendKind.Delivered, (await output.TestAsync(default)).Kind);
        Assert.Equal("CN=collector-1", server.Client);
        folder.Write("client.pem", authority.IssuePem("collector-2"));
        Assert.Equal(SendKind.Delivered, (await output.TestAsync(default)).Kind);
        Assert.Equal("CN=collector-2", server.Client);
    }

    [Theory]
    [InlineData("no-starttls", "Refused", "unsupported")]
    [InlineData("unknown-authority", "Retry", "tls")]
    [InlineData("wrong-password", "Refused", "credentials")]
    [InlineData("451 try later", "Retry", "busy")]
    [InlineData("552 too large", "Refused", "refused")]
    [InlineData("nobody", "Retry", "unreachable")]
    public async Task Send_Trouble_IsToldApart(string trouble, string kind, string reason)
    {
        using TemporaryFolder folder = new();
        AlertOutput output;
        using (MailServer server = new() { OffersStartTls = trouble != "no-starttls" })
        {
            if (char.IsAsciiDigit(trouble[0]))
            {
                server.Answers.Enqueue(trouble);
            }

            string authorities = trouble == "unknown-authority" ? "" : folder.Write("ca.pem", server.AuthorityPem);
            output = Make(server, "starttls", authorities, trouble == "wrong-password" ? "wrong" : MailServer.Password);
            if (trouble != "nobody")
            {
                await ExpectAsync(output, kind, reason);
                return;
            }
        }

        await ExpectAsync(output, kind, reason);
    }

    [Theory]
    [InlineData("host: x, from: a@b, to: [c@d], security: none, user: u, password: p", "a password needs TLS")]
    [InlineData("from: a@b, to: [c@d]", "host")]
    [InlineData("host: x, from: a@b", "to")]
    [InlineData("host: x, from: 'a@b\\nBcc: c@d', to: [c@d, nonsense nonsense]", "no mail address")]
    public void Read_Mistakes_AreFound(string settings, string expected)
    {
        LoadedConfiguration configuration = Configured.From($"outputs: {{ email: {{ {settings} }} }}\n");
        Assert.Contains(expected, configuration.RenderMistakes(), StringComparison.Ordinal);
    }

    static MimeMessage Create(AlertNotice notice) => new EmailMessage(Own, new AlertOptions { Link = "https://grafana.example/explore?host={host}&t={template}" }).Create(notice);

    static async Task ExpectAsync(AlertOutput output, string kind, string reason)
    {
        await using AlertOutput owned = output;
        SendOutcome outcome = await output.TestAsync(default);
        Assert.True((kind, reason) == (outcome.Kind.ToString(), outcome.Reason), outcome.ToString());
        Assert.DoesNotContain(MailServer.Password, outcome.Detail, StringComparison.Ordinal);
    }

    static AlertOutput Make(MailServer server, string security, string authorities, string password = MailServer.Password, string certificate = "")
    {
        string quoted = password.Replace("\"", "\\\"", StringComparison.Ordinal);
        LoadedConfiguration configuration = Configured.From(
            $"outputs: {{ email: {{ host: localhost, port: {server.Port}, security: {security}, user: {MailServer.User}, password: \"{quoted}\", from: a@example.org, to: [b@example.org]"
            + (authorities.Length > 0 ? $", tls: {{ ca: '{authorities}'{(certificate.Length > 0 ? $", certificate: '{certificate}'" : "")} }}" : "") + " } }\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        OutputSetup setup = configuration.Options.Outputs[0];
        return (AlertOutput)setup.Kind.Create(setup.Name, setup.Options, new OutputContext(TimeProvider.System, NullLoggerFactory.Instance));
    }
}
