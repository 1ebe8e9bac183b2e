using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Receivers.Tls;

/// <summary>What the files of a <see cref="TlsOptions"/> hold, read at one moment.</summary>
/// <param name="Certificate">The server's own, with its intermediates.</param>
/// <param name="Authorities">Whose clients are taken; empty for none.</param>
/// <param name="Revoked">Null: nothing is.</param>
sealed record TlsFiles(SslStreamCertificateContext Certificate, X509Certificate2Collection Authorities, RevocationList? Revoked)
{
    /// <summary>The earliest end of the server's certificate and its intermediates.</summary>
    public DateTimeOffset Expiry { get; } = Certificate.IntermediateCertificates.Append(Certificate.TargetCertificate).Min(c => new DateTimeOffset(c.NotAfter));

    /// <exception cref="ReceiverStartException">A file is missing, unreadable, encrypted, or does not belong to the other; the message says which.</exception>
    public static TlsFiles Load(TlsOptions options)
    {
        string keyFile = options.KeyFile.Length > 0 ? options.KeyFile : options.CertificateFile;
        string file = options.CertificateFile;
        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(options.CertificateFile, keyFile);
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(options.CertificateFile);
            SslStreamCertificateContext certificate = SslStreamCertificateContext.Create(new X509Certificate2(pem), chain, offline: true);
            X509Certificate2Collection authorities = [];
            if (options.ClientCaFile.Length > 0)
            {
                file = options.ClientCaFile;
                authorities.ImportFromPemFile(options.ClientCaFile);
                if (authorities.Count == 0)
                {
                    throw new ReceiverStartException($"tls: {file} holds no certificate in PEM form.");
                }
            }

            file = options.ClientCrlFile.Length > 0 ? options.ClientCrlFile : file;
            return new TlsFiles(certificate, authorities, options.ClientCrlFile.Length > 0 ? RevocationList.Load(options.ClientCrlFile, authorities) : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ReceiverStartException(
                $"tls: cannot use {(file == keyFile ? file : file == options.ClientCaFile || file == options.ClientCrlFile ? file : $"{file} with the key in {keyFile}")}: {exception.Message} "
                + "Give PEM files that this process may read, the key not encrypted and belonging to the certificate.",
                exception);
        }
    }
}
