using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Smtp;

namespace Collector.Alerts.Email;

/// <summary>Our side of TLS in the words of MailKit, which takes no options of a handshake as they are.</summary>
/// <param name="options">Owned.</param>
sealed class EmailTls(SslClientAuthenticationOptions options) : IDisposable
{
    /// <param name="client">Not connected yet.</param>
    public void Apply(SmtpClient client)
    {
        client.SslProtocols = options.EnabledSslProtocols;
        client.CheckCertificateRevocation = options.CertificateRevocationCheckMode != X509RevocationMode.NoCheck;
        client.ServerCertificateValidationCallback = IsTrusted;
        if (options.ClientCertificateContext is { } own)
        {
            client.ClientCertificates = [own.TargetCertificate];
        }
    }

    public void Dispose()
    {
        options.ClientCertificateContext?.TargetCertificate.Dispose();
        foreach (X509Certificate2 authority in options.CertificateChainPolicy?.CustomTrustStore ?? [])
        {
            authority.Dispose();
        }
    }

    /// <summary>As <see cref="RemoteCertificateValidationCallback"/>: the name as the system judges it, the chain by our authorities where there are some.</summary>
    bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (options.CertificateChainPolicy is not { } policy || certificate is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using X509Chain own = new() { ChainPolicy = policy.Clone() };
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(e => e.Certificate).ToArray());
        }

        using X509Certificate2 leaf = new(certificate);
        return (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None && own.Build(leaf);
    }
}
