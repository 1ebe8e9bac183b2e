using System.CommandLine;
using System.Runtime.InteropServices;
using Classifier;
using Collector.Configuration;
using Collector.Metrics;

namespace Collector.Commands;

/// <summary><c>collector version</c>: what a bug report needs.</summary>
static class VersionCommand
{
    public static Command Create(CommandIo io)
    {
        Command command = new("version", "Show the versions of the collector, its model and its runtime.");
        command.SetAction((result, _) => ExecuteAsync(result, io));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io)
    {
        await io.Output.WriteLineAsync($"collector {BuildFacts.Version}");
        await io.Output.WriteLineAsync($"model     {await ModelAsync(ConfigurationLoader.Load(result.GetValue(ConfigOption.Instance)))}");
        await io.Output.WriteLineAsync($"vectors   {BuildFacts.Simd}");
        await io.Output.WriteLineAsync($"runtime   {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.OSDescription}");
        return ExitCodes.Fine;
    }

    static async Task<string> ModelAsync(LoadedConfiguration configuration)
    {
        if (!configuration.IsGood)
        {
            return "unknown: the configuration has mistakes, see 'collector check'";
        }

        await using LogClassifier classifier = ClassifierLoader.Load(configuration.Options);
        return classifier.Problem is { } problem ? "none: " + SettingText.Printable(problem) : $"{classifier.ModelName}, sha256 {classifier.ModelHash}";
    }
}
