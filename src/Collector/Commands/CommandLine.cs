using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Collector.Commands.Templates;

namespace Collector.Commands;

/// <summary>The command line: which commands there are, and how the process starts and ends.</summary>
static class CommandLine
{
    public const string Name = "collector";

    /// <summary>The whole process: parses, runs until done or until SIGTERM or SIGINT, and returns the exit code.</summary>
    /// <remarks>The first signal asks the command to end; a second one ends the process at once.</remarks>
    public static async Task<int> RunProcessAsync(string[] arguments)
    {
        using CancellationTokenSource stop = new();
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        CommandIo io = CommandIo.OfProcess();
        try
        {
            int code = await RunAsync(arguments, io, stop.Token);
            await io.Output.FlushAsync(CancellationToken.None);
            return code;
        }
        catch (IOException e)
        {
            // Mostly a reader that has had enough (head, less); a full disk otherwise.
            await io.Error.WriteLineAsync("standard output: " + e.Message);
            return ExitCodes.Failed;
        }
    }

    /// <param name="arguments">Without the program's name.</param>
    /// <param name="io">Streams of the process, or of a test.</param>
    /// <param name="cancellationToken">Ends the command in an orderly way.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandIo io, CancellationToken cancellationToken)
    {
        ParseResult result = Create(io).Parse(arguments, new ParserConfiguration
        {
            // A log line to explain may start with '@'; it is no file of arguments.
            ResponseFileTokenReplacer = null,
        });
        bool asksForHelp = result.Action is HelpAction or HelpWithExamples;
        if (result.Errors.Count > 0 && !asksForHelp)
        {
            foreach (string message in result.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
            {
                await io.Error.WriteLineAsync(Configuration.SettingText.Printable(message));
            }

            await io.Error.WriteLineAsync($"Try '{CommandPath(result.CommandResult.Command)} --help'.");
            return ExitCodes.Usage;
        }

        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { Output = io.Output, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await io.Error.WriteLineAsync("interrupted");
            return ExitCodes.Failed;
        }
    }

    static Command Create(CommandIo io)
    {
        // No RootCommand: that one is named after the executable, and has directives of its own.
        HelpOption help = new() { Description = "Show this help." };
        help.Action = new HelpWithExamples((HelpAction)help.Action!, io);
        Command root = new(Name, "Takes logs in over syslog and OTLP, decides with a language model what each record means for the people on call, passes the records on, and alerts on the critical ones.")
        {
            Options = { ConfigOption.Instance, help, new VersionOption { Description = $"Show the version number; '{Name} version' shows more." } },
            Subcommands =
            {
                RunCommand.Create(io),
                CheckCommand.Create(io),
                ClassifyCommand.Create(io),
                ExplainCommand.Create(io),
                TemplatesCommand.Create(io),
                HealthcheckCommand.Create(io),
                AlertTestCommand.Create(io),
                VersionCommand.Create(io),
            },
        };
        root.SetAction((result, cancellationToken) => RunCommand.InvokeAsync(result, io, cancellationToken));
        return root;
    }

    static string CommandPath(Command command) => command.Name == Name ? Name : $"{Name} {command.Name}";
}
