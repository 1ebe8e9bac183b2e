using System.Runtime.InteropServices;

namespace Receivers.Tls;

/// <summary>The library that .NET speaks TLS with. Where it is missing, .NET ends the process at the first use, so it is asked for before.</summary>
static class OpenSslLibrary
{
    /// <summary>In the order in which .NET looks for it.</summary>
    public static IReadOnlyList<string> Names { get; } = ["libssl.so.3", "libssl.so.1.1"];

    /// <exception cref="ReceiverStartException">None of these can be loaded.</exception>
    public static void Demand(IReadOnlyList<string> names)
    {
        if (!names.Any(name => NativeLibrary.TryLoad(name, out _)))
        {
            throw new ReceiverStartException($"tls: this host has no OpenSSL ({string.Join(", ", names)}): install it (Debian: libssl3), or take tls out of the configuration.");
        }
    }
}
