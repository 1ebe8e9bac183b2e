using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Collector.Outputs;

namespace Collector.Alerts.Email;

/// <summary>Which mail servers are believed: those that the system trusts, and those of the authorities in a file.</summary>
sealed class EmailTrust : IDisposable
{
    readonly X509Certificate2Collection _authorities = [];

    /// <param name="file">PEM; empty for none.</param>
    /// <param name="output">Name, for the message.</param>
    /// <exception cref="OutputStartException">The file cannot be read.</exception>
    public EmailTrust(string file, string output)
    {
        if (file.Length == 0)
        {
            return;
        }

        try
        {
            _authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new OutputStartException($"outputs.{output}: cannot read authorities from {file}: {e.Message}", e);
        }

        if (_authorities.Count == 0)
        {
            throw new OutputStartException($"outputs.{output}: {file} holds no certificate in PEM form");
        }
    }

    /// <summary>As <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // Only an unknown authority can be made good; a wrong name cannot.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null || _authorities.Count == 0)
        {
            return errors == SslPolicyErrors.None;
        }

        using X509Chain own = new();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(e => e.Certificate).ToArray());
        }

        using X509Certificate2 leaf = new(certificate);
        return own.Build(leaf);
    }

    public void Dispose()
    {
        foreach (X509Certificate2 authority in _authorities)
        {
            authority.Dispose();
        }
    }
}
