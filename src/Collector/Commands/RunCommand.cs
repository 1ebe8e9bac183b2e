using System.CommandLine;
using System.Runtime.InteropServices;
using Collector.Configuration;
using Collector.Metrics;
using Collector.Outputs;
using Collector.Status;
using Receivers;

namespace Collector.Commands;

/// <summary><c>collector run</c>: the appliance.</summary>
static partial class RunCommand
{
    public static Command Create(CommandIo io)
    {
        Command command = new("run", "Receive, classify and pass on until told to stop. The same as no command at all.");
        command.SetAction((result, cancellationToken) => InvokeAsync(result, io, cancellationToken));
        return command;
    }

    public static async Task<int> InvokeAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken) =>
        ConfigOption.Load(result, io) is { } configuration
            ? await ExecuteAsync(configuration, () => ConfigurationLoader.Load(result.GetValue(ConfigOption.Instance)), cancellationToken)
            : ExitCodes.Usage;

    /// <summary>Runs the appliance until it is told to stop.</summary>
    /// <param name="configuration">Good: <see cref="LoadedConfiguration.IsGood"/>.</param>
    /// <param name="readAgain">For a reload.</param>
    /// <param name="cancellationToken">Cancelled by the first SIGTERM or SIGINT.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> ExecuteAsync(LoadedConfiguration configuration, Func<LoadedConfiguration> readAgain, CancellationToken cancellationToken)
    {
        OwnLog log = new(configuration.Options!.LogLevel);
        using ILoggerFactory loggers = log.CreateLoggers();
        ILogger logger = loggers.CreateLogger("Collector");
        LogStarting(logger, BuildFacts.Version, configuration.Source);
        Reloads reloads = new();
        // Before the start: a SIGHUP in these milliseconds would end the process.
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reloads.Ask();
        });
        Appliance appliance = new(configuration, reloads, loggers, TimeProvider.System);
        await using (appliance.ConfigureAwait(false))
        {
            try
            {
                await appliance.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OutputStartException or ReceiverStartException or HttpStartException)
            {
                LogCannotStart(logger, e.Message);
                return ExitCodes.Failed;
            }

            ServiceManager manager = new(TimeProvider.System);
            manager.TellReady();
            Task watchdog = manager.FeedWatchdogAsync(appliance.IsProgressing, cancellationToken);
            await reloads.ServeAsync(
                async () =>
                {
                    manager.TellReloading();
                    // logrotate sends SIGHUP after it moved a file away.
                    await appliance.ReopenAsync(cancellationToken).ConfigureAwait(false);
                    LoadedConfiguration next = readAgain();
                    log.Level = next.IsGood ? next.Options.LogLevel : log.Level;
                    IReadOnlyList<string> problems = await appliance.ReloadAsync(next, cancellationToken).ConfigureAwait(false);
                    manager.TellReady();
                    return problems;
                },
                cancellationToken).ConfigureAwait(false);
            manager.TellStopping();
            await watchdog.ConfigureAwait(false);
            await appliance.StopAsync().ConfigureAwait(false);
        }

        return ExitCodes.Fine;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Collector {Version}, {Source}.")]
    static partial void LogStarting(ILogger logger, string version, string source);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Cannot start: {Problem}")]
    static partial void LogCannotStart(ILogger logger, string problem);
}
