using Receivers;

namespace Collector.Outputs.Tls;

/// <summary>Settings of an output under <c>tls</c>: whom to believe, and who we are. The far side's certificate is always verified.</summary>
sealed record ClientTlsOptions
{
    static readonly string[] Versions = ["1.2", "1.3"];

    /// <summary>PEM file of the authorities to trust instead of the system's; empty for the system's.</summary>
    public string Ca { get; init; } = "";

    /// <summary>PEM file with our certificate and its intermediates; empty for none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM file with our private key, not encrypted; empty: it is in the certificate's file.</summary>
    public string KeyFile { get; init; } = "";

    public bool IsTls13Only { get; init; }

    /// <summary>The files that are named.</summary>
    public IEnumerable<string> Files => ((string[])[Ca, Certificate, KeyFile]).Where(file => file.Length > 0);

    /// <param name="section">The section <c>tls</c>.</param>
    /// <param name="defaults">What holds where the user wrote nothing.</param>
    /// <param name="hasVersion">False where the library that speaks TLS does not let us choose.</param>
    public static ClientTlsOptions Read(OptionsReader section, ClientTlsOptions defaults, bool hasVersion = true)
    {
        ClientTlsOptions read = new()
        {
            Ca = section.Text("ca", OrNull(defaults.Ca), "PEM file of the authorities to trust instead of those of the system.") ?? "",
            Certificate = section.Text("certificate", OrNull(defaults.Certificate), "PEM file with our certificate and its intermediates, for a far side that asks for one.") ?? "",
            KeyFile = section.Text("key_file", OrNull(defaults.KeyFile), "PEM file with the private key, not encrypted; by default the certificate's file.") ?? "",
            IsTls13Only = hasVersion && section.Choice("min_version", defaults.IsTls13Only ? 1 : 0, Versions, "Oldest TLS version that is spoken.") == 1,
        };
        if (read.KeyFile.Length > 0 && read.Certificate.Length == 0)
        {
            section.Mistake("certificate", "missing: a key alone is of no use");
        }

        return read;
    }

    /// <summary>Notes a mistake where the user wrote keys that have no effect.</summary>
    /// <param name="section">The section <c>tls</c>.</param>
    /// <param name="isUsed">Whether the output is set to speak TLS.</param>
    /// <param name="how">How to switch TLS on.</param>
    public static void DemandUse(OptionsReader section, bool isUsed, string how)
    {
        if (!isUsed && section.Keys.Any())
        {
            section.Mistake("", "does nothing without TLS; " + how);
        }
    }

    static string? OrNull(string text) => text.Length == 0 ? null : text;
}
