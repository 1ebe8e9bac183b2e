using System.Net;

namespace Receivers.Syslog;

/// <summary>Settings under <c>receivers.syslog.tls</c>; also used by RELP over TLS.</summary>
public sealed class SyslogTlsOptions
{
    static readonly string[] Modes = ["off", "optional", "required"];

    /// <summary>Where TLS connections come in; null for nowhere.</summary>
    /// <value>0.0.0.0:6514 (RFC 5425 §4.1) once there is a certificate.</value>
    public IPEndPoint? Listen { get; set; }

    /// <summary>PEM file: the server's certificate, then those between it and the root. Read again when it changes.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file: its private key, not encrypted.</summary>
    public string Key { get; set; } = "";

    public ClientCertificates ClientCertificates { get; set; } = ClientCertificates.Off;

    /// <summary>PEM file with the roots that client certificates must lead to; empty for those of the system.</summary>
    public string ClientAuthority { get; set; } = "";

    /// <summary>Who may send: names as in the certificate, with <c>*</c> for one whole left-most label, or <c>sha256:</c> and a fingerprint. Empty for all.</summary>
    public IReadOnlyList<string> PermittedPeers { get; set; } = [];

    /// <summary>True when TLS can be served.</summary>
    public bool IsConfigured => Certificate.Length > 0;

    internal static SyslogTlsOptions Read(OptionsReader reader)
    {
        string certificate = reader.Text("certificate", null, "PEM file with the server's certificate and its chain; read again when it changes.") ?? "";
        SyslogTlsOptions options = new()
        {
            Certificate = certificate,
            Key = reader.Text("key", null, "PEM file with the private key; the certificate's file when left out.") ?? certificate,
            Listen = reader.EndPoint(
                "listen", certificate.Length > 0 ? new IPEndPoint(IPAddress.Any, 6514) : null, "Address to accept TLS connections on (RFC 5425); off for none."),
            ClientCertificates = (ClientCertificates)reader.Choice("client_certificates", 0, Modes, "Whether clients must show a certificate."),
            ClientAuthority = reader.Text("client_authority", null, "PEM file with the roots that client certificates must lead to; the system's when left out.") ?? "",
            PermittedPeers = reader.Texts("permitted_peers", [], "Names in client certificates (*.example.com for one label) or sha256:FINGERPRINT; empty for all."),
        };
        if (options.Listen is not null && certificate.Length == 0)
        {
            reader.Mistake("certificate", "TLS needs a certificate: name a PEM file, or set listen to off");
        }

        if (options.PermittedPeers.Count > 0 && options.ClientCertificates == ClientCertificates.Off)
        {
            reader.Mistake("permitted_peers", "peers are known by their certificates: set client_certificates to required (or optional)");
        }

        foreach (string peer in options.PermittedPeers.Where(p => !TlsPeers.IsValid(p)))
        {
            reader.Mistake("permitted_peers", $"\"{peer}\" is neither a name (web1.example.com, *.example.com) nor sha256: and 64 hex digits");
        }

        return options;
    }
}
