using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Collector.Commands;

/// <summary><c>collector version</c>: what a bug report needs.</summary>
static class VersionCommand
{
    /// <summary>Of this build, such as <c>0.1.0</c> or <c>0.1.0+commit</c>.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(CommandIo io)
    {
        Command command = new("version", "Show the versions of the collector, its model and its runtime.");
        command.SetAction(_ => Execute(io));
        return command;
    }

    static int Execute(CommandIo io)
    {
        io.Output.WriteLine($"collector {Version}");
        io.Output.WriteLine($"vectors   {VectorBits} bits");
        io.Output.WriteLine($"runtime   {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription}");
        return ExitCodes.Fine;
    }

    /// <summary>Width that the vector code of this build uses here; Native AOT fixes it when publishing.</summary>
    static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
}
