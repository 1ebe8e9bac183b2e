using Receivers;

namespace Collector.Outputs.Requests;

/// <summary>Settings under <c>tls</c> of an output.</summary>
sealed record HttpTlsOptions
{
    static readonly string[] Versions = ["1.2", "1.3"];

    /// <summary>PEM file; empty: the authorities of the system.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>PEM file; empty: we show no certificate.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>PEM file; empty: the certificate's.</summary>
    public string KeyFile { get; init; } = "";

    public bool IsTls13Only { get; init; }

    /// <param name="reader">The output's section.</param>
    /// <param name="defaults">What holds where the user wrote nothing.</param>
    public static HttpTlsOptions Read(OptionsReader reader, HttpTlsOptions defaults)
    {
        OptionsReader section = reader.Section("tls", "TLS, for https endpoints. The certificate of the far side is always verified.");
        HttpTlsOptions options = new()
        {
            AuthorityFile = section.Text("ca", OrNull(defaults.AuthorityFile), "PEM file of the authorities to trust; without it those of the system.") ?? "",
            CertificateFile = section.Text("certificate", OrNull(defaults.CertificateFile), "PEM file with our certificate and its intermediates, for a far side that asks for one.") ?? "",
            KeyFile = section.Text("key_file", OrNull(defaults.KeyFile), "PEM file with the private key, not encrypted; by default the certificate's file.") ?? "",
            IsTls13Only = section.Choice("min_version", 0, Versions, "Oldest TLS version that is spoken.") == 1,
        };
        if (options.KeyFile.Length > 0 && options.CertificateFile.Length == 0)
        {
            section.Mistake("key_file", "does nothing without a certificate");
        }

        return options;
    }

    static string? OrNull(string text) => text.Length == 0 ? null : text;
}
