using System.Net;

namespace Receivers.Syslog;

/// <summary>Senders of a network write stamps in this zone.</summary>
public readonly record struct ZoneOfNetwork(IPNetwork From, TimeZoneInfo Zone);
