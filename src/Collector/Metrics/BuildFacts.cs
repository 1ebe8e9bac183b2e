using System.Reflection;
using System.Runtime.Intrinsics;

namespace Collector.Metrics;

/// <summary>Facts of the binary for the start message, <c>version</c> and the metrics page.</summary>
static class BuildFacts
{
    public static string Version { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Widest vectors that the binary uses here: AOT bakes the width in.</summary>
    public static string Simd { get; } =
        Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : Vector128.IsHardwareAccelerated ? "128" : "scalar";
}
