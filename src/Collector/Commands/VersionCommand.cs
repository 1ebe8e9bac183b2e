using System.CommandLine;
using System.Runtime.InteropServices;
using Collector.Metrics;

namespace Collector.Commands;

/// <summary><c>collector version</c>: what a bug report needs.</summary>
static class VersionCommand
{
    public static Command Create(CommandIo io)
    {
        Command command = new("version", "Show the versions of the collector, its model and its runtime.");
        command.SetAction(_ => Execute(io));
        return command;
    }

    static int Execute(CommandIo io)
    {
        io.Output.WriteLine($"collector {BuildFacts.Version}");
        io.Output.WriteLine($"vectors   {BuildFacts.Simd}");
        io.Output.WriteLine($"runtime   {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription}");
        return ExitCodes.Fine;
    }
}
