using System.CommandLine;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary><c>collector check</c>: the mistakes of a configuration, or its settings in force. Binds nothing and writes nothing.</summary>
static class CheckCommand
{
    static Option<bool> Reference { get; } = new("--reference") { Description = "Print the documentation of every setting instead." };

    public static Command Create(CommandIo io)
    {
        Command command = new("check", "Check the configuration and print every setting in force. Starts nothing.") { Options = { Reference } };
        command.SetAction(result => Execute(result, io));
        return command;
    }

    static int Execute(ParseResult result, CommandIo io)
    {
        if (result.GetValue(Reference))
        {
            io.Output.Write(ConfigurationReference.Write());
            return ExitCodes.Fine;
        }

        if (ConfigOption.Load(result, io) is not { } configuration)
        {
            return ExitCodes.Usage;
        }

        io.Output.Write(EffectiveConfiguration.Write(configuration.Settings));
        io.Error.WriteLine($"The configuration is good: {SettingText.Printable(configuration.Source)}");
        return ExitCodes.Fine;
    }
}
