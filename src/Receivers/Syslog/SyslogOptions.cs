using System.Net;
using Receivers.Tls;

namespace Receivers.Syslog;

/// <summary>Settings under <c>receivers.syslog</c>.</summary>
public sealed class SyslogOptions
{
    /// <summary>Limit of a receive buffer that any kernel may be asked for.</summary>
    const long ReceiveBufferMax = 1L << 30;

    static readonly string[] Framings = ["auto", "octet", "lf", "nul"];

    /// <summary>Where datagrams come in; null for nowhere.</summary>
    public IPEndPoint? Udp { get; set; } = new(IPAddress.Any, 5514);

    /// <summary>Where connections come in; null for nowhere.</summary>
    public IPEndPoint? Tcp { get; set; } = new(IPAddress.Any, 5514);

    /// <summary>Where RELP connections come in; null for nowhere.</summary>
    public IPEndPoint? Relp { get; set; }

    /// <summary>Where RELP connections over TLS come in; null for nowhere. Needs the certificate of <see cref="Tls"/>.</summary>
    public IPEndPoint? RelpTls { get; set; }

    /// <summary>Path of a stream socket for local programs; empty for none.</summary>
    public string UnixStream { get; set; } = "";

    /// <summary>Path of a datagram socket for local programs, such as <c>/dev/log</c>; empty for none.</summary>
    public string UnixDatagram { get; set; } = "";

    /// <summary>Where TLS connections come in (RFC 5425); null for nowhere. Needs <see cref="Tls"/>.</summary>
    /// <value>0.0.0.0:6514 (RFC 5425 §4.1) once there is a certificate.</value>
    public IPEndPoint? TlsListen { get; set; }

    /// <summary>Certificates, for syslog and RELP over TLS; null for no TLS.</summary>
    public TlsOptions? Tls { get; set; }

    public SyslogFraming Framing { get; set; } = SyslogFraming.Auto;

    /// <summary>Bytes kept of a frame, 480 (RFC 5424 §6.1) to 1 MiB.</summary>
    /// <value>64 KiB: the largest datagram there is, and eight times what RFC 5425 asks for.</value>
    public int FrameBytesMax { get; set; } = 64 * 1024;

    /// <summary>Zone of stamps that name none.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Local;

    /// <summary>Zones of certain senders; the first network that holds the address counts.</summary>
    public IReadOnlyList<ZoneOfNetwork> Zones { get; set; } = [];

    /// <summary>Networks that may send; empty for all.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; set; } = [];

    /// <summary>Networks whose connections start with a PROXY header, version 1 or 2, and must.</summary>
    public IReadOnlyList<IPNetwork> ProxyFrom { get; set; } = [];

    /// <summary>Records a second of one sender; 0 for no limit. Datagrams over it are dropped and counted, connections are read more slowly.</summary>
    /// <value>10,000,000: a relay may send for a whole data centre at a few millions; beyond is a mistake.</value>
    public long RateMax { get; set; } = 10_000_000;

    /// <summary>Senders that are remembered.</summary>
    /// <value>4,096, at some 200 bytes.</value>
    public int SendersMax { get; set; } = 4_096;

    /// <summary>A known sender that says nothing for so long is reported; zero for never.</summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.Zero;

    /// <summary>Open connections over all stream transports.</summary>
    /// <value>16,384; an idle one holds some 4 KiB, and the usual limit of open files is above it.</value>
    public int ConnectionsMax { get; set; } = 16_384;

    /// <summary>Open connections of one address.</summary>
    /// <value>10,240: enough for a site behind one address, and not all that there are.</value>
    public int ConnectionsPerAddressMax { get; set; } = 10_240;

    /// <summary>A connection that says nothing for so long is closed.</summary>
    /// <value>12 h: senders that are quiet at night keep theirs; peers that are gone are found by TCP keep-alive in two minutes.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(12);

    /// <summary>A frame that was begun must be complete after so long.</summary>
    /// <value>60 s: no sender writes half a line and rests, but who wants to hold a buffer does.</value>
    public TimeSpan FrameTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A TLS handshake, with the PROXY header before it, must be over after so long.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Sockets and threads that share the UDP port, 1 to 16.</summary>
    /// <value>One a core, four at most: the kernel spreads senders over them.</value>
    public int UdpSockets { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>SO_RCVBUF of each UDP socket in bytes.</summary>
    /// <value>16 MiB: 30 ms of 500,000 datagrams a second, which the kernel books at about 1 KiB each.</value>
    public int UdpReceiveBufferBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Reads and checks the section; mistakes are noted in the reader.</summary>
    public static SyslogOptions Read(OptionsReader reader)
    {
        SyslogOptions defaults = new();
        int sockets = (int)reader.Number("udp_sockets", 0, 0, 16, "Sockets and threads that share the UDP port; 0 is one for each processor, and at most four.");
        OptionsReader tls = reader.Section("tls", "TLS, for syslog and RELP.");
        SyslogOptions options = new()
        {
            Udp = reader.EndPoint("udp", defaults.Udp, "Address to receive datagrams on; off for none."),
            Tcp = reader.EndPoint("tcp", defaults.Tcp, "Address to accept plain TCP connections on; off for none."),
            Relp = reader.EndPoint("relp", defaults.Relp, "Address to accept RELP connections on, such as 0.0.0.0:2514; off for none."),
            RelpTls = reader.EndPoint("relp_tls", defaults.RelpTls, "Address to accept RELP connections over TLS on, with the certificate under tls; off for none."),
            UnixStream = reader.Text("unix_stream", null, "Path of a stream socket for programs of this host.") ?? "",
            UnixDatagram = reader.Text("unix_datagram", null, "Path of a datagram socket for programs of this host, such as /dev/log.") ?? "",
            Tls = TlsOptions.Read(tls),
            Framing = (SyslogFraming)reader.Choice(
                "framing", (int)SyslogFraming.Auto, Framings, "How a stream is cut into messages; auto tells octet counts, LF, CR LF and NUL apart frame by frame."),
            FrameBytesMax = (int)reader.Bytes(
                "frame_bytes_max", defaults.FrameBytesMax, 480, 1024 * 1024, "Longest message kept whole; a longer one is cut at a character and marked truncated."),
            Allow = ReadNetworks(reader, "allow", "Networks that may send, such as 10.0.0.0/8; empty for all."),
            ProxyFrom = ReadNetworks(reader, "proxy_protocol_from", "Load balancers whose connections start with a PROXY header (version 1 or 2)."),
            RateMax = reader.Number("rate_max", defaults.RateMax, 0, 1_000_000_000, "Records a second of one sender; over it datagrams are dropped and connections read more slowly; 0 for no limit."),
            SendersMax = (int)reader.Number("senders_max", defaults.SendersMax, 1, 1_000_000, "Senders that are remembered; beyond it the longest silent ones are forgotten."),
            SilentAfter = reader.Duration("silent_after", defaults.SilentAfter, TimeSpan.Zero, TimeSpan.FromDays(30), "Report a known sender that says nothing for so long; 0s for never."),
            ConnectionsMax = (int)reader.Number("connections_max", defaults.ConnectionsMax, 1, 1_000_000, "Open connections over all stream transports; more are refused."),
            ConnectionsPerAddressMax = (int)reader.Number(
                "connections_per_address_max", defaults.ConnectionsPerAddressMax, 1, 1_000_000, "Open connections of one address; more are refused."),
            IdleTimeout = reader.Duration(
                "idle_timeout", defaults.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), "A connection that says nothing for so long is closed."),
            FrameTimeout = reader.Duration(
                "frame_timeout", defaults.FrameTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "A connection whose message is not complete after so long is closed."),
            HandshakeTimeout = reader.Duration(
                "handshake_timeout", defaults.HandshakeTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), "A TLS handshake or PROXY header that is not complete after so long ends the connection."),
            UdpSockets = sockets > 0 ? sockets : defaults.UdpSockets,
            UdpReceiveBufferBytes = (int)reader.Bytes(
                "udp_receive_buffer", defaults.UdpReceiveBufferBytes, 64 * 1024, ReceiveBufferMax, "Receive buffer asked of the kernel for each UDP socket."),
        };
        options.Zone = ReadZone(reader, "zone", "local") ?? options.Zone;
        options.Zones = ReadZones(reader);
        options.TlsListen = tls.EndPoint(
            "listen", options.Tls is null ? null : new IPEndPoint(IPAddress.Any, 6514), "Address to accept syslog over TLS on (RFC 5425), 0.0.0.0:6514 once there is a certificate; off for none.");
        if (options.Tls is null && options.TlsListen is not null)
        {
            tls.Mistake("listen", "TLS needs a certificate: set certificate and key_file beside it");
        }

        if (options.Tls is null && options.RelpTls is not null)
        {
            reader.Mistake("relp_tls", "TLS needs a certificate: set tls.certificate and tls.key_file");
        }

        return options;
    }

    static TimeZoneInfo? ReadZone(OptionsReader reader, string key, string? fallback)
    {
        string name = reader.Text(key, fallback, "Time zone of stamps that name none, such as Europe/Berlin; local for the host's.") ?? "";
        if (name.Equals("local", StringComparison.OrdinalIgnoreCase))
        {
            return TimeZoneInfo.Local;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone))
        {
            return zone;
        }

        reader.Mistake(key, $"no time zone is called \"{name}\" here; write a name such as Europe/Berlin, UTC or local");
        return null;
    }

    static List<ZoneOfNetwork> ReadZones(OptionsReader reader)
    {
        List<ZoneOfNetwork> zones = [];
        foreach (OptionsReader section in reader.Sections("zones", "Time zones of certain senders; the first that matches counts."))
        {
            string from = section.Text("from", null, "Network or address, such as 10.1.0.0/16.") ?? "";
            TimeZoneInfo? zone = ReadZone(section, "zone", null);
            if (!NetworkList.TryParse(from, out IPNetwork network))
            {
                section.Mistake("from", $"\"{from}\" is no network; write one such as 10.1.0.0/16 or 2001:db8::/32");
            }
            else if (zone is not null)
            {
                zones.Add(new ZoneOfNetwork(network, zone));
            }
        }

        return zones;
    }

    static List<IPNetwork> ReadNetworks(OptionsReader reader, string key, string about)
    {
        List<IPNetwork> networks = [];
        foreach (string text in reader.Texts(key, [], about))
        {
            if (NetworkList.TryParse(text, out IPNetwork network))
            {
                networks.Add(network);
            }
            else
            {
                reader.Mistake(key, $"\"{text}\" is no network; write one such as 10.1.0.0/16, 2001:db8::/32 or an address");
            }
        }

        return networks;
    }
}
