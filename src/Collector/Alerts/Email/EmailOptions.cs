using Collector.Outputs.Tls;
using MimeKit;
using Receivers;

namespace Collector.Alerts.Email;

/// <summary>How a connection to the mail server is protected. The order is that of the words in the configuration.</summary>
enum EmailSecurity
{
    /// <summary>Plain at first; without TLS nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>Never; for a server on the same host.</summary>
    None,
}

/// <summary>Settings of mail.</summary>
sealed record EmailOptions
{
    static readonly string[] SecurityWords = ["starttls", "tls", "none"];

    public string Host { get; init; } = "";

    public int Port { get; init; }

    public EmailSecurity Security { get; init; }

    /// <summary>Empty: no login.</summary>
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    public string From { get; init; } = "";

    /// <summary>Addresses, one after the other, with commas.</summary>
    public string To { get; init; } = "";

    public ClientTlsOptions Tls { get; init; } = new();

    public static EmailOptions Read(OptionsReader options)
    {
        string host = options.Text("host", null, "Name of the mail server.") ?? "";
        if (host.Length == 0)
        {
            options.Mistake("host", "is needed");
        }

        EmailSecurity security = (EmailSecurity)options.Choice(
            "security", 0, SecurityWords, "`starttls` turns to TLS before anything is said, `tls` starts with it, `none` never uses it.");
        string user = options.Text("user", null, "Name to log in with; without it there is no login.") ?? "";
        string password = options.Text("password", null, "Password to log in with: `${file:/run/secrets/smtp}`.") ?? "";
        if (user.Length > 0 && security == EmailSecurity.None)
        {
            options.Mistake("security", "a password needs TLS: write starttls or tls, or leave user out");
        }

        OptionsReader tls = options.Section("tls", "Certificates. The mail server's certificate is always verified.");
        ClientTlsOptions.DemandUse(tls, security != EmailSecurity.None, "write security: starttls or tls");
        return new EmailOptions
        {
            Host = host,
            Port = (int)options.Number("port", security == EmailSecurity.Tls ? 465 : 587, 1, 65535, "Port of the mail server; 465 where `security` is `tls`."),
            Security = security,
            User = user,
            Password = password,
            From = Address(options, "from", options.Text("from", null, "Sender, `collector@example.org` or `Collector <collector@example.org>`.") ?? ""),
            To = string.Join(", ", options.Texts("to", [], "Who gets the messages.").DefaultIfEmpty("").Select(to => Address(options, "to", to))),
            Tls = ClientTlsOptions.Read(tls, new ClientTlsOptions()),
        };
    }

    static string Address(OptionsReader options, string key, string text)
    {
        if (!MailboxAddress.TryParse(text, out _))
        {
            options.Mistake(key, text.Length == 0 ? "is needed" : $"'{OneLineOf(text)}' is no mail address");
        }

        return text;
    }

    static string OneLineOf(string text) => Outputs.OneLine.Of(text);
}
