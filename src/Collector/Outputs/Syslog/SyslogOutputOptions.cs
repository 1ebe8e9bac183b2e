using Collector.Outputs.Formats;
using Collector.Outputs.Tls;
using Receivers;

namespace Collector.Outputs.Syslog;

/// <summary>The order is that of the words in the configuration.</summary>
enum SyslogTransport
{
    /// <summary>A datagram a message. Source: RFC 5426.</summary>
    Udp,

    /// <summary>Octet counting. Source: RFC 6587 §3.4.1.</summary>
    Tcp,

    /// <summary>Octet counting in TLS. Source: RFC 5425.</summary>
    Tls,
}

/// <summary>Settings of a syslog output.</summary>
sealed record SyslogOutputOptions
{
    static readonly string[] Transports = ["udp", "tcp", "tls"];
    static readonly string[] Messages = ["body", .. RecordLine.Words];

    public SyslogTransport Transport { get; init; } = SyslogTransport.Tcp;

    public string Host { get; init; } = "";

    public int Port { get; init; }

    /// <summary>What follows the header; null: the record's own message.</summary>
    public LineFormat? Format { get; init; }

    /// <summary>RFC 5424 §6.4: UTF-8 beyond ASCII starts with a byte order mark.</summary>
    public bool HasBom { get; init; } = true;

    /// <value>1,024 to 65,507; default 2,048, which RFC 5426 §3.2 says receivers should take.</value>
    public int UdpBytesMax { get; init; } = 2048;

    /// <summary>How long a write may take before the connection counts as dead.</summary>
    /// <value>1 s to 5 minutes; default 10 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long each of these may take: name and connection, TLS handshake. No setting; tests are in a hurry.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Name in the far side's certificate.</summary>
    public string ServerName { get; init; } = "";

    public ClientTlsOptions Tls { get; init; } = new();

    public static SyslogOutputOptions Read(OptionsReader options)
    {
        SyslogOutputOptions defaults = new();
        SyslogTransport transport = (SyslogTransport)options.Choice(
            "transport", (int)defaults.Transport, Transports, "`tls` is encrypted and verified; `tcp` and `tls` count octets; `udp` sends a datagram a message and may lose it.");
        string address = options.Text("address", null, "Where to send, `host:port`; an IPv6 address in brackets.") ?? "";
        if (!TryParse(address, out string host, out int port))
        {
            options.Mistake("address", address.Length == 0 ? "is needed: host:port" : "must be host:port, such as logs.example.org:6514 or [2001:db8::1]:514");
        }

        int message = options.Choice(
            "format", 0, Messages, "What follows the header: the record's own message with `body`, or a line as other outputs write it with `json`, `text` and `original`.");
        OptionsReader tls = options.Section("tls", "Certificates, with `transport: tls`.");
        SyslogOutputOptions read = new()
        {
            Transport = transport,
            Host = host,
            Port = port,
            Format = message == 0 ? null : (LineFormat)(message - 1),
            HasBom = options.Flag("bom", defaults.HasBom, "Mark a message that is UTF-8 and not ASCII with a byte order mark, as RFC 5424 demands; some receivers show it."),
            UdpBytesMax = (int)options.Bytes("udp_bytes_max", defaults.UdpBytesMax, 1024, 65_507, "Longest datagram; what is longer is cut at a character boundary."),
            Timeout = options.Duration(
                "timeout", defaults.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), "A write that takes longer ends the connection, and its records are sent again."),
            ServerName = tls.Text("server_name", null, "Name that the far side's certificate must carry; by default the host of `address`.") ?? "",
            Tls = ClientTlsOptions.Read(tls, defaults.Tls),
        };
        ClientTlsOptions.DemandUse(tls, transport == SyslogTransport.Tls, "set transport: tls");
        return read;
    }

    static bool TryParse(string address, out string host, out int port)
    {
        int colon = address.LastIndexOf(':');
        host = colon < 0 ? "" : address[..colon];
        port = 0;
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        bool isPort = colon > 0
            && int.TryParse(address.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out port)
            && port is > 0 and < 65_536;
        host = isBracketed ? host[1..^1] : host;
        return isPort && host.Length > 0 && (isBracketed || !host.Contains(':', StringComparison.Ordinal)) && !host.Any(char.IsWhiteSpace);
    }
}
