using System.Net;
using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>Why a port cannot be had, and what to do about it, in one line.</summary>
static class BindFailure
{
    const int PrivilegedPortMax = 1023;

    public static ReceiverStartException Explain(string transport, IPEndPoint endPoint, SocketException error)
    {
        string advice = error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse =>
                $"the port is in use by another process (ss -lnp 'sport = :{endPoint.Port}' names it): stop that one, or set receivers.syslog.{transport} to another port",
            SocketError.AccessDenied when endPoint.Port <= PrivilegedPortMax =>
                "ports below 1024 need a privilege: give CAP_NET_BIND_SERVICE, or listen on 5514 and redirect",
            SocketError.AccessDenied => "the system does not allow it: look for a rule of SELinux or AppArmor",
            SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable when endPoint.AddressFamily == AddressFamily.InterNetworkV6 =>
                $"this host has no such IPv6 address, or IPv6 is off: use 0.0.0.0:{endPoint.Port}",
            SocketError.AddressNotAvailable => $"this host has no such address: use one of its own, or 0.0.0.0:{endPoint.Port} for all",
            _ => error.Message,
        };
        return new ReceiverStartException($"syslog cannot listen on {transport} {endPoint}: {advice}", error);
    }
}
