using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Collector.Outputs.Tls;

/// <summary>The client's side of TLS of every output: the options of its handshakes, from files that may be replaced while running.</summary>
/// <remarks>TLS 1.2 and 1.3 only (RFC 8996). Revocation is not asked for: an authority that cannot be reached must not hold back logs.</remarks>
static class ClientTls
{
    const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>Reads the files.</summary>
    /// <param name="options">Names the files.</param>
    /// <param name="host">Name that the far side's certificate must carry; null where the caller's library sets it.</param>
    /// <exception cref="IOException">A file is missing, unreadable or does not hold what it should; the message is one line for a person.</exception>
    public static SslClientAuthenticationOptions Load(ClientTlsOptions options, string? host = null)
    {
        SslClientAuthenticationOptions handshake = new()
        {
            TargetHost = host,
            EnabledSslProtocols = options.IsTls13Only ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        string file = options.Ca;
        try
        {
            if (options.Ca.Length > 0)
            {
                handshake.CertificateChainPolicy = TrustOnly(options.Ca);
            }

            if (options.Certificate.Length > 0)
            {
                file = options.Certificate;
                handshake.ClientCertificateContext = Own(options.Certificate, options.KeyFile);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new IOException($"tls: cannot use {file}: {e.Message}", e);
        }

        return handshake;
    }

    /// <summary>As <see cref="Load"/>, when an output starts. It also loads OpenSSL, so that a host without it fails now and not at the first handshake.</summary>
    /// <exception cref="OutputStartException">A file cannot be used; the message says which, why, and what to do.</exception>
    public static SslClientAuthenticationOptions LoadAtStart(ClientTlsOptions options, string output)
    {
        try
        {
            return Load(options);
        }
        catch (IOException e)
        {
            throw new OutputStartException(
                $"outputs.{output}: {e.Message} Give PEM files that this process may read, the key not encrypted and belonging to the certificate.", e);
        }
    }

    static X509ChainPolicy TrustOnly(string file)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid(ServerUse));
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy.CustomTrustStore.Count > 0 ? policy : throw new CryptographicException("it holds no certificate in PEM form");
    }

    /// <summary>Our certificate with its intermediates and its key.</summary>
    static SslStreamCertificateContext Own(string file, string keyFile)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(file, keyFile.Length > 0 ? keyFile : file);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(file);
        return SslStreamCertificateContext.Create(new X509Certificate2(pem), chain, offline: true);
    }
}
