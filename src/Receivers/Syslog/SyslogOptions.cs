using System.Net;

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

    public SyslogFraming Framing { get; set; } = SyslogFraming.Auto;

    /// <summary>Bytes kept of a frame, 480 (RFC 5424 §6.1) to 1 MiB.</summary>
    /// <value>64 KiB: the largest datagram there is, and eight times what RFC 5425 asks for.</value>
    public int FrameBytesMax { get; set; } = 64 * 1024;

    /// <summary>Zone of stamps that name none.</summary>
    public TimeZoneInfo Zone { get; set; } = TimeZoneInfo.Local;

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
        SyslogOptions options = new()
        {
            Udp = reader.EndPoint("udp", defaults.Udp, "Address to receive datagrams on; off for none."),
            Tcp = reader.EndPoint("tcp", defaults.Tcp, "Address to accept plain TCP connections on; off for none."),
            Framing = (SyslogFraming)reader.Choice(
                "framing", (int)SyslogFraming.Auto, Framings, "How a stream is cut into messages; auto tells octet counts, LF, CR LF and NUL apart frame by frame."),
            FrameBytesMax = (int)reader.Bytes(
                "frame_bytes_max", defaults.FrameBytesMax, 480, 1024 * 1024, "Longest message kept whole; a longer one is cut at a character and marked truncated."),
            ConnectionsMax = (int)reader.Number("connections_max", defaults.ConnectionsMax, 1, 1_000_000, "Open connections over all stream transports; more are refused."),
            ConnectionsPerAddressMax = (int)reader.Number(
                "connections_per_address_max", defaults.ConnectionsPerAddressMax, 1, 1_000_000, "Open connections of one address; more are refused."),
            IdleTimeout = reader.Duration(
                "idle_timeout", defaults.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), "A connection that says nothing for so long is closed."),
            FrameTimeout = reader.Duration(
                "frame_timeout", defaults.FrameTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "A connection whose message is not complete after so long is closed."),
            UdpSockets = sockets > 0 ? sockets : defaults.UdpSockets,
            UdpReceiveBufferBytes = (int)reader.Bytes(
                "udp_receive_buffer", defaults.UdpReceiveBufferBytes, 64 * 1024, ReceiveBufferMax, "Receive buffer asked of the kernel for each UDP socket."),
        };
        options.Zone = ReadZone(reader, "zone") ?? options.Zone;
        return options;
    }

    static TimeZoneInfo? ReadZone(OptionsReader reader, string key)
    {
        string name = reader.Text(key, "local", "Time zone of stamps that name none, such as Europe/Berlin; local for the host's.") ?? "local";
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
}
