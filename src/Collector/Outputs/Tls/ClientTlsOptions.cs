using Receivers;

namespace Collector.Outputs.Tls;

/// <summary>Settings of an output under <c>tls</c>: whom to believe, and who we are. The far side's certificate is always verified.</summary>
sealed record ClientTlsOptions
{
    /// <summary>PEM file of the authorities to trust instead of the system's; empty for the system's.</summary>
    public string Ca { get; init; } = "";

    /// <summary>PEM file with our certificate and its intermediates; empty for none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM file with our private key, not encrypted; empty: it is in the certificate's file.</summary>
    public string KeyFile { get; init; } = "";

    /// <param name="options">The section.</param>
    /// <param name="isUsed">False where the output is set to speak without TLS: keys are mistakes then.</param>
    /// <param name="how">How to switch TLS on, for the mistake.</param>
    public static ClientTlsOptions Read(OptionsReader options, bool isUsed, string how)
    {
        ClientTlsOptions read = new()
        {
            Ca = options.Text("ca", null, "PEM file of authorities to trust instead of those of the system.") ?? "",
            Certificate = options.Text("certificate", null, "PEM file with the client certificate and its intermediates, for far sides that ask for one.") ?? "",
            KeyFile = options.Text("key_file", null, "PEM file with the private key, not encrypted; by default the certificate's file.") ?? "",
        };
        if (!isUsed && read.Ca.Length + read.Certificate.Length + read.KeyFile.Length > 0)
        {
            options.Mistake("", "does nothing without TLS; " + how);
        }

        if (read.KeyFile.Length > 0 && read.Certificate.Length == 0)
        {
            options.Mistake("certificate", "missing: a key alone is of no use");
        }

        return read;
    }
}
