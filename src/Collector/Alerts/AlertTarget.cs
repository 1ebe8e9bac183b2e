using Collector.Outputs.Requests;
using Receivers;

namespace Collector.Alerts;

/// <summary>Where a channel posts its messages, and how it gets there.</summary>
/// <param name="Address">Absolute, http or https. For some far sides it is the credential: it appears in no text.</param>
/// <param name="Connection">Proxy and TLS.</param>
sealed record AlertTarget(string Address, HttpConnectionOptions Connection)
{
    /// <param name="options">The channel's section.</param>
    /// <param name="key">Key of the address.</param>
    /// <param name="about">One sentence for a person.</param>
    /// <param name="fallback">Null where the user must name one.</param>
    public static AlertTarget Read(OptionsReader options, string key, string about, string? fallback = null)
    {
        string? address = options.Text(key, fallback, about);
        Uri? uri = address is not null && AlertHttp.IsHttp(address) ? new Uri(address) : null;
        if (uri is null)
        {
            options.Mistake(key, address is null ? "is needed" : "must be an http or https address");
        }

        return new AlertTarget(address ?? "", HttpConnectionOptions.Read(options, new HttpConnectionOptions(), uri));
    }
}
