using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Collector.Outputs.Tls;

namespace Collector.Outputs.Requests;

/// <summary>Our side of TLS towards a far side, whose certificate is verified always: authority, name, time and use.</summary>
static class HttpTls
{
    /// <exception cref="OutputStartException">A file cannot be used; the message says which and why.</exception>
    public static SslClientAuthenticationOptions Load(HttpTlsOptions options, string output)
    {
        SslClientAuthenticationOptions tls = new()
        {
            EnabledSslProtocols = options.IsTls13Only ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        string file = "";
        try
        {
            if (options.AuthorityFile.Length > 0)
            {
                file = options.AuthorityFile;
                X509Certificate2Collection authorities = [];
                authorities.ImportFromPemFile(file);
                if (authorities.Count == 0)
                {
                    throw new OutputStartException($"outputs.{output}: {file} holds no certificate in PEM form");
                }

                tls.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                };
                tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            }

            if (options.CertificateFile.Length > 0)
            {
                file = options.CertificateFile;
                tls.ClientCertificateContext = ClientTls.Own(file, options.KeyFile);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new OutputStartException(
                $"outputs.{output}: cannot use {file}: {e.Message} Give PEM files that this process may read, the key not encrypted and belonging to the certificate.", e);
        }

        return tls;
    }
}
