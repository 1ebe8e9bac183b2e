using System.CommandLine;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary><c>collector run</c>: the appliance.</summary>
static class RunCommand
{
    public static Command Create(CommandIo io)
    {
        Command command = new("run", "Receive, classify and pass on until told to stop. The same as no command at all.");
        command.SetAction((result, cancellationToken) => InvokeAsync(result, io, cancellationToken));
        return command;
    }

    public static async Task<int> InvokeAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken) =>
        ConfigOption.Load(result, io) is { } configuration ? await ExecuteAsync(configuration, cancellationToken) : ExitCodes.Usage;

    /// <summary>Runs the appliance until it is told to stop.</summary>
    /// <param name="configuration">Good: <see cref="LoadedConfiguration.IsGood"/>.</param>
    /// <param name="cancellationToken">Cancelled by the first SIGTERM or SIGINT.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> ExecuteAsync(LoadedConfiguration configuration, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"collector: configuration: {configuration.Source}");
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Fine;
    }
}
