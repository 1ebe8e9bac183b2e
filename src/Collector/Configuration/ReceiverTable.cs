using Receivers.Otlp;
using Receivers.Syslog;

namespace Collector.Configuration;

/// <summary>Every kind of receiver that this build knows. A new one is one line here.</summary>
static class ReceiverTable
{
    public static IReadOnlyList<ReceiverKind> Kinds { get; } =
    [
        ReceiverKind.Of("syslog", "Syslog: RFC 5424, RFC 3164 and their dialects, told apart by themselves.", SyslogOptions.Read, (o, s) => new SyslogReceiver(o, s.Time, s.Logs.CreateLogger<SyslogReceiver>())),
        ReceiverKind.Of("otlp", "OpenTelemetry logs over gRPC and HTTP.", OtlpOptions.Read, (o, s) => new OtlpReceiver(o, s.Logs, s.Time)),
    ];
}
