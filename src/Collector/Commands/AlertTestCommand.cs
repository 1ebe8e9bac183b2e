using System.CommandLine;
using Collector.Alerts;
using Collector.Configuration;
using Collector.Outputs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collector.Commands;

/// <summary><c>collector alert-test</c>: sends a marked test message through the alert channels and prints what the far sides answer.</summary>
static class AlertTestCommand
{
    static Argument<string?> Channel { get; } = new("channel")
    {
        Description = "Name of the channel under `outputs`; every alert channel when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create(CommandIo io)
    {
        Command command = new("alert-test", "Send a test message through the alert channels and print the answers; exit code 0 when every one was taken.") { Arguments = { Channel } };
        command.SetAction((result, cancellationToken) => ExecuteAsync(result, io, cancellationToken));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken)
    {
        if (ConfigOption.Load(result, io) is not { Options: { } options })
        {
            return ExitCodes.Usage;
        }

        string? wanted = result.GetValue(Channel);
        OutputContext context = new(TimeProvider.System, NullLoggerFactory.Instance);
        int tried = 0;
        bool isFine = true;
        foreach (OutputSetup setup in options.Outputs.Where(o => o.Kind.IsAlert && (wanted is null || o.Name == wanted)))
        {
            tried++;
            await using AlertOutput output = (AlertOutput)setup.Kind.Create(setup.Name, setup.Options, context);
            SendOutcome outcome;
            try
            {
                outcome = await output.TestAsync(cancellationToken);
            }
            catch (OutputStartException e)
            {
                outcome = SendOutcome.Refused("configuration", e.Message);
            }

            isFine &= outcome.Kind == SendKind.Delivered;
            string answer = outcome.Kind == SendKind.Delivered ? "taken: " + outcome.Detail : $"not taken: {outcome.Reason}: {outcome.Detail}";
            await io.Output.WriteLineAsync(SettingText.Printable($"{setup.Name}: {answer}"));
        }

        if (tried == 0)
        {
            string names = string.Join(", ", options.Outputs.Where(o => o.Kind.IsAlert).Select(o => o.Name));
            await io.Error.WriteLineAsync(
                $"{(wanted is null ? "no alert channel is configured" : $"{SettingText.Quoted(SettingText.Printable(wanted))} is no alert channel")}; under outputs there {(names.Length == 0 ? "is none" : "are " + names)}");
            return ExitCodes.Usage;
        }

        return isFine ? ExitCodes.Fine : ExitCodes.Failed;
    }
}
