using Microsoft.Extensions.Logging;

namespace Receivers.Syslog;

/// <summary>Every message the syslog receiver logs. Ids 1000 to 1099.</summary>
static partial class SyslogLog
{
    [LoggerMessage(1001, LogLevel.Warning,
        "syslog: the kernel gave {Got} of the {Asked} bytes asked for as UDP receive buffer; bursts may be dropped. Set sysctl net.core.rmem_max={Asked} or give CAP_NET_ADMIN.")]
    public static partial void ReceiveBufferCapped(this ILogger log, long got, long asked);

    [LoggerMessage(1002, LogLevel.Warning, "syslog: {Peer} speaks {Protocol} to the plain TCP port; closed. {Hint}")]
    public static partial void WrongProtocol(this ILogger log, PeerAddress peer, string protocol, string hint);

    [LoggerMessage(1003, LogLevel.Warning, "syslog: connection of {Peer} refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger log, PeerAddress peer, string reason);

    [LoggerMessage(1004, LogLevel.Debug, "syslog: connection of {Peer} closed: {Reason}")]
    public static partial void ConnectionClosed(this ILogger log, PeerAddress peer, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "syslog: cannot accept connections for now: {Error}; trying again in {Milliseconds} ms")]
    public static partial void AcceptPaused(this ILogger log, string error, long milliseconds);

    [LoggerMessage(1006, LogLevel.Information, "syslog: header not readable, text kept (from {Peer}, {Transport}; {Marks}): {Sample}")]
    public static partial void Unparsed(this ILogger log, PeerAddress peer, string transport, ParseMarks marks, string sample);

    [LoggerMessage(1007, LogLevel.Error, "syslog: a {Part} ended by an error of its own")]
    public static partial void Failed(this ILogger log, Exception exception, string part);

    [LoggerMessage(1010, LogLevel.Warning, "syslog: {Peer} sends more than {Max} records a second; {How} until it sends less")]
    public static partial void RateLimitEntered(this ILogger log, PeerAddress peer, long max, string how);

    [LoggerMessage(1011, LogLevel.Information, "syslog: {Peer} is within its rate limit again; {Records} records were over it")]
    public static partial void RateLimitLeft(this ILogger log, PeerAddress peer, long records);

    [LoggerMessage(1012, LogLevel.Warning, "syslog: nothing from {Peer} for {Time}")]
    public static partial void SenderSilent(this ILogger log, PeerAddress peer, TimeSpan time);

    [LoggerMessage(1013, LogLevel.Information, "syslog: {Peer} sends again")]
    public static partial void SenderBack(this ILogger log, PeerAddress peer);
}
