namespace Receivers.Syslog;

/// <summary>Why the syslog receiver turns something away: the values of the <c>reason</c> label beside <see cref="DropReasons"/>. A fixed list.</summary>
static class RefusedReasons
{
    public const string ConnectionLimit = "connection_limit";
    public const string AddressLimit = "address_limit";
    public const string IdleTimeout = "idle_timeout";
    public const string FrameTimeout = "frame_timeout";
    public const string TlsOnPlainPort = "tls_on_plain_port";
    public const string HttpOnPlainPort = "http_on_plain_port";
    public const string HandshakeTimeout = "handshake_timeout";
    public const string HandshakeFailed = "handshake_failed";
    public const string NotAllowed = "not_allowed";
    public const string ProxyHeaderInvalid = "proxy_header_invalid";
    public const string RelpFraming = "relp_framing";

    /// <summary>The peer said goodbye; nobody is turned away.</summary>
    public const string RelpClosed = "relp_closed";

    public const string TooManyFiles = "too_many_files";
}
