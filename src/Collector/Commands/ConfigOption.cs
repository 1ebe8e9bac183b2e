using System.CommandLine;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary>The option <c>--config</c>, which every command takes.</summary>
static class ConfigOption
{
    public static Option<string?> Instance { get; } = new("--config", "-c")
    {
        Description = $"Configuration file. Without it {ConfigurationLoader.DefaultFile} when that exists, else the defaults.",
        HelpName = "file",
        Recursive = true,
    };

    /// <summary>Reads the configuration that the command line names, and tells every mistake in it.</summary>
    /// <returns>Null when there are mistakes: the command ends with <see cref="ExitCodes.Usage"/>.</returns>
    public static LoadedConfiguration? Load(ParseResult result, CommandIo io)
    {
        LoadedConfiguration configuration = ConfigurationLoader.Load(result.GetValue(Instance));
        if (configuration.IsGood)
        {
            return configuration;
        }

        io.Error.WriteLine(configuration.RenderMistakes());
        return null;
    }
}
