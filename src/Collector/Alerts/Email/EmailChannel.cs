using System.Globalization;
using System.Net.Sockets;
using Collector.Outputs;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Collector.Alerts.Email;

/// <summary>Mail over SMTP. A connection for each message: there are few.</summary>
sealed class EmailChannel : IAlertChannel
{
    readonly string _name;
    readonly EmailOptions _own;
    readonly EmailMessage _message;
    EmailTrust? _trust;

    EmailChannel(string name, EmailOptions own, AlertOptions options)
    {
        _name = name;
        _own = own;
        _message = new EmailMessage(own, options);
    }

    public static OutputKind Kind { get; } = AlertKind.Of(
        "email",
        "Mail: one message for each template and host, and one when it is quiet again.",
        EmailOptions.Read,
        static (name, own, options, context) => new EmailChannel(name, own, options));

    public bool GroupsItself => false;

    // Mails of one alert are a thread.
    public bool TellsRecovery => true;

    public void Start() => _trust ??= new EmailTrust(_own.AuthorityFile, _name);

    public async Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        using MimeMessage message = _message.Create(notice);
        using SmtpClient client = new();
        client.ServerCertificateValidationCallback = _trust!.IsTrusted;
        // As for every client here; an authority that cannot be asked must not hold back an alert.
        client.CheckCertificateRevocation = false;
        try
        {
            await client.ConnectAsync(_own.Host, _own.Port, Security(), cancellationToken).ConfigureAwait(false);
            if (_own.User.Length > 0)
            {
                await client.AuthenticateAsync(_own.User, _own.Password, cancellationToken).ConfigureAwait(false);
            }

            string answer = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            await QuitAsync(client, cancellationToken).ConfigureAwait(false);
            return SendOutcome.Delivered with { Detail = answer };
        }
        catch (SmtpCommandException e)
        {
            string detail = string.Create(CultureInfo.InvariantCulture, $"{(int)e.StatusCode} {e.Message}");
            return (int)e.StatusCode >= 500 ? SendOutcome.Refused("refused", detail) : SendOutcome.Retry("busy", detail);
        }
        catch (AuthenticationException e)
        {
            return SendOutcome.Refused("credentials", e.Message);
        }
        catch (SslHandshakeException e)
        {
            // Certificates are renewed: the alert waits for that.
            return SendOutcome.Retry("tls", e.Message.Split('\n')[0]);
        }
        catch (NotSupportedException e)
        {
            return SendOutcome.Refused("unsupported", e.Message);
        }
        catch (Exception e) when (e is ProtocolException or IOException or SocketException)
        {
            return SendOutcome.Retry("unreachable", e.Message);
        }
    }

    public void Dispose() => _trust?.Dispose();

    /// <summary>The mail has been taken: what goes wrong from here must not send it again.</summary>
    static async Task QuitAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ProtocolException or IOException or SocketException or OperationCanceledException)
        {
        }
    }

    SecureSocketOptions Security() => _own.Security switch
    {
        EmailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        EmailSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };
}
