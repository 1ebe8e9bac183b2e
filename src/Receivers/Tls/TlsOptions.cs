using System.Security.Authentication;

namespace Receivers.Tls;

/// <summary>Settings of a listener under <c>tls</c>: who we are, and which senders may come in.</summary>
public sealed class TlsOptions
{
    static readonly string[] Versions = ["1.2", "1.3"];

    /// <summary>PEM file with the server's certificate, followed by its intermediates.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>PEM file with the private key, not encrypted; empty: it is in the certificate's file.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>PEM file with the authorities whose client certificates are taken; empty: none.</summary>
    public string ClientCaFile { get; set; } = "";

    /// <summary>PEM or DER file with revocation lists, signed by authorities of <see cref="ClientCaFile"/>; empty: nothing is revoked.</summary>
    public string ClientCrlFile { get; set; } = "";

    /// <summary>SHA-256 fingerprints, in hexadecimal, of client certificates that are taken without an authority. Source: RFC 5425 §4.2.2.</summary>
    public IReadOnlyList<string> ClientFingerprints { get; set; } = [];

    /// <summary>Names of which a client's certificate must carry one, whole, as DNS name or common name; empty: every name. No wildcards.</summary>
    public IReadOnlyList<string> ClientNames { get; set; } = [];

    /// <summary>False: a client may come without a certificate, and a bad one is refused.</summary>
    /// <value>Default true; without effect unless <see cref="ClientCaFile"/> or <see cref="ClientFingerprints"/> is set.</value>
    public bool IsClientRequired { get; set; } = true;

    /// <value>Default TLS 1.2 and 1.3; older ones are never spoken (RFC 8996).</value>
    public SslProtocols Protocols { get; set; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Reads a <c>tls</c> section.</summary>
    /// <returns>Null when the section names no certificate: no TLS.</returns>
    public static TlsOptions? Read(OptionsReader reader)
    {
        TlsOptions options = new()
        {
            CertificateFile = reader.Text("certificate", null, "PEM file with the server's certificate and its intermediates; without it there is no TLS.") ?? "",
            KeyFile = reader.Text("key_file", null, "PEM file with the private key, not encrypted; by default the certificate's file.") ?? "",
            ClientCaFile = reader.Text("client_ca", null, "PEM file with the authorities whose client certificates are taken.") ?? "",
            ClientCrlFile = reader.Text("client_crl", null, "PEM or DER file with revocation lists, signed by authorities of client_ca; read again when it changes.") ?? "",
            ClientFingerprints = reader.Texts("client_fingerprints", [], "SHA-256 fingerprints of client certificates that are taken without an authority."),
            ClientNames = reader.Texts("client_names", [], "Names of which a client's certificate must carry one, whole; by default every name."),
            IsClientRequired = reader.Flag("client_required", true, "Whether clients must show a certificate, once client_ca or client_fingerprints is set."),
            Protocols = reader.Choice("min_version", 0, Versions, "Oldest TLS version that is spoken.") == 0 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13,
        };
        if (options.CertificateFile.Length == 0)
        {
            if (options.KeyFile.Length > 0 || options.ClientCaFile.Length > 0 || options.ClientFingerprints.Count > 0 || options.ClientNames.Count > 0)
            {
                reader.Mistake("certificate", "missing: without a certificate there is no TLS and the other keys do nothing");
            }

            return null;
        }

        if (options.ClientNames.Count > 0 && options.ClientCaFile.Length == 0)
        {
            reader.Mistake("client_names", "needs client_ca: a name counts only when an authority vouches for it");
        }

        if (options.ClientCrlFile.Length > 0 && options.ClientCaFile.Length == 0)
        {
            reader.Mistake("client_crl", "needs client_ca: only an authority that is trusted can revoke");
        }

        if (options.ClientFingerprints.Any(text => TlsFingerprint.Parse(text) is null))
        {
            reader.Mistake("client_fingerprints", "every entry is 64 hexadecimal digits, with or without colons and the prefix sha-256:");
        }

        return options;
    }
}
