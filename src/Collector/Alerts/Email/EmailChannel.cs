using System.Globalization;
using System.Net.Sockets;
using Collector.Outputs;
using Collector.Outputs.Tls;
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

    // They are read anew for each message: a renewed certificate needs no restart.
    public void Start() => ClientTls.LoadAtStart(_own.Tls, _name).ClientCertificateContext?.TargetCertificate.Dispose();

    public async Task<SendOutcome> SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        using MimeMessage message = _message.Create(notice);
        using SmtpClient client = new();
        try
        {
            using EmailTls tls = new(ClientTls.Load(_own.Tls));
            tls.Apply(client);
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

    public void Dispose()
    {
    }

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
