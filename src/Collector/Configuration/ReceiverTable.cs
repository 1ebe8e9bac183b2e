using System.Net;
using Receivers;

namespace Collector.Configuration;

/// <summary>Every kind of receiver that this build knows. A new one is one line here.</summary>
static class ReceiverTable
{
    public static IReadOnlyList<ReceiverKind> Kinds { get; } =
    [
        new("syslog", OnByDefault: true, "Syslog: RFC 5424 and RFC 3164 over UDP and TCP.", ReadSyslog),
    ];

    static Func<PartServices, IReceiver> ReadSyslog(OptionsReader reader)
    {
        reader.EndPoint("udp", new IPEndPoint(IPAddress.Any, 5514), "Address for datagrams.");
        reader.EndPoint("tcp", new IPEndPoint(IPAddress.Any, 5514), "Address for connections.");
        return _ => throw new NotSupportedException();
    }
}
