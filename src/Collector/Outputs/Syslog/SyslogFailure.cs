using System.Net.Sockets;
using System.Security.Authentication;

namespace Collector.Outputs.Syslog;

/// <summary>What an exception of a link means. All may pass: certificates are renewed, names come back, receivers are started again.</summary>
static class SyslogFailure
{
    public static bool IsOne(Exception exception) => exception is SocketException or IOException or AuthenticationException or TimeoutException;

    public static SendOutcome Of(Exception exception)
    {
        string detail = exception.GetBaseException().Message;
        return exception switch
        {
            TimeoutException => SendOutcome.Retry("timeout", detail),
            AuthenticationException => SendOutcome.Retry("tls", exception.Message == detail ? detail : $"{exception.Message} {detail}"),
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => SendOutcome.Retry("dns", detail),
            SocketException => SendOutcome.Retry("unreachable", detail),
            { InnerException: SocketException } => SendOutcome.Retry("closed", detail),
            _ => SendOutcome.Retry("io_error", detail),
        };
    }
}
