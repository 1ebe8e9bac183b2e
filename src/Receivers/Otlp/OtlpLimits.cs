using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Receivers.Otlp;

/// <summary>Kestrel's limits, each set on purpose: what a sender can cost before it has said anything useful.</summary>
static class OtlpLimits
{
    const int KiB = 1024;

    public static void Apply(KestrelServerOptions kestrel, OtlpOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.ConnectionCountMax;
        // Counted by the endpoint, which answers 413 with a body; Kestrel's own answer has none.
        limits.MaxRequestBodySize = null;
        limits.MaxRequestLineSize = 4 * KiB;
        limits.MaxRequestHeadersTotalSize = 16 * KiB;
        limits.MaxRequestHeaderCount = 64;
        // A head must be complete in 10 s and a body come with at least 240 bytes a second (Kestrel's default): no slow trickle holds a place.
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        // SDKs export every second to every minute; two minutes keep their connection.
        limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        Http2Limits http2 = limits.Http2;
        // Kestrel ends a connection that resets more than twice as many streams within a second (CVE-2023-44487).
        http2.MaxStreamsPerConnection = 100;
        http2.HeaderTableSize = 4 * KiB;
        http2.MaxRequestHeaderFieldSize = 8 * KiB;
        // A full batch of an SDK (512 records, some 200 KiB) in a few frames and within one window.
        http2.MaxFrameSize = 64 * KiB;
        http2.InitialStreamWindowSize = 1024 * KiB;
        http2.InitialConnectionWindowSize = 2 * 1024 * KiB;
        // A peer that has vanished is found within 80 s.
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
