using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Receivers.Syslog;

/// <summary>Which client certificates are permitted, by name or fingerprint. Source: RFC 5425 §4.2, §5.2; RFC 6125 §6.4.3 for the wildcard.</summary>
sealed class TlsPeers(IReadOnlyList<string> permitted)
{
    const string FingerprintPrefix = "sha256:";
    const int FingerprintDigits = 64;
    const string CommonNameOid = "2.5.4.3";

    readonly string[] _names = [.. permitted.Where(p => !IsFingerprint(p)).Select(p => p.ToLowerInvariant())];
    readonly HashSet<string> _fingerprints = [.. permitted.Where(IsFingerprint).Select(Digits)];

    /// <summary>True when every certificate that leads to a root is welcome.</summary>
    public bool IsOpen => _names.Length == 0 && _fingerprints.Count == 0;

    /// <summary>A listed fingerprint vouches for its certificate alone: no root is needed.</summary>
    public bool HasFingerprint(X509Certificate2 certificate) =>
        _fingerprints.Count > 0 && _fingerprints.Contains(Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)));

    /// <summary>One of the names of the certificate is listed. The common name counts only where there are no alternative names.</summary>
    public bool HasName(X509Certificate2 certificate)
    {
        string[] names = [.. Names(certificate)];
        return _names.Any(pattern => names.Any(name => Matches(pattern, name)));
    }

    /// <summary>A name, a name with <c>*</c> as its whole first label and two more at least, or a fingerprint.</summary>
    public static bool IsValid(string entry)
    {
        if (IsFingerprint(entry))
        {
            string digits = Digits(entry);
            return digits.Length == FingerprintDigits && digits.All(char.IsAsciiHexDigit);
        }

        string rest = entry.StartsWith("*.", StringComparison.Ordinal) ? entry[2..] : entry;
        return rest.Length > 0 && !rest.Contains('*', StringComparison.Ordinal) && !rest.Contains(' ', StringComparison.Ordinal)
            && (rest.Length == entry.Length || rest.Contains('.', StringComparison.Ordinal));
    }

    internal static bool Matches(string pattern, string name)
    {
        if (!pattern.StartsWith("*.", StringComparison.Ordinal))
        {
            return pattern == name;
        }

        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name.AsSpan(dot).SequenceEqual(pattern.AsSpan(1));
    }

    static IEnumerable<string> Names(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (alternatives is not null)
        {
            return [.. alternatives.EnumerateDnsNames().Select(n => n.ToLowerInvariant()), .. alternatives.EnumerateIPAddresses().Select(a => a.ToString())];
        }

        return certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
            .Select(part => part.GetSingleElementValue()?.ToLowerInvariant() ?? "");
    }

    static bool IsFingerprint(string entry) => entry.StartsWith(FingerprintPrefix, StringComparison.OrdinalIgnoreCase);

    static string Digits(string entry) => entry[FingerprintPrefix.Length..].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
}
