using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Receivers.Tls;

/// <summary>SHA-256 fingerprints of certificates. Source: RFC 5425 §4.2.2.</summary>
static class TlsFingerprint
{
    const string Prefix = "sha-256:";

    /// <returns>32 bytes; null when it is no such fingerprint.</returns>
    public static byte[]? Parse(string text)
    {
        string digits = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        digits = digits.Replace(":", "", StringComparison.Ordinal);
        byte[] bytes = new byte[SHA256.HashSizeInBytes];
        return digits.Length == 2 * bytes.Length && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }

    public static byte[] Of(X509Certificate certificate) => certificate.GetCertHash(HashAlgorithmName.SHA256);
}
