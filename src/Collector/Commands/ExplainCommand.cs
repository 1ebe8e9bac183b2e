using System.CommandLine;
using System.Text;
using Classifier;
using Collector.Commands.Explaining;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary><c>collector explain</c>: how one line comes to its verdict, step by step.</summary>
static class ExplainCommand
{
    static Argument<string> Line { get; } = new("line") { Description = "One line as it would be received; put it in quotes." };

    static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object." };

    public static Command Create(CommandIo io)
    {
        Command command = new("explain", "Show how one line comes to its verdict, and whether it would alert.")
        {
            Arguments = { Line },
            Options = { Json, AppOption.Instance },
        };
        command.SetAction((result, cancellationToken) => ExecuteAsync(result, io));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io)
    {
        string line = result.GetValue(Line) ?? "";
        if (string.IsNullOrWhiteSpace(line))
        {
            await io.Error.WriteLineAsync("The line is empty.");
            return ExitCodes.Usage;
        }

        if (ConfigOption.Load(result, io) is not { Options: { } options })
        {
            return ExitCodes.Usage;
        }

        await using LogClassifier classifier = ClassifierLoader.Load(options);
        LineExplanation explanation = LineExplanation.Make(
            Encoding.UTF8.GetBytes(line), result.GetValue(AppOption.Instance) ?? "", classifier, options);
        if (result.GetValue(Json))
        {
            ExplanationJson.Write(io.Output, explanation);
        }
        else
        {
            ExplanationReport.Write(io, explanation);
        }

        if (explanation.RecordsLeftOut > 0)
        {
            await io.Error.WriteLineAsync($"The line holds {explanation.RecordsLeftOut + 1} records; the first one is explained.");
        }

        if (classifier.Problem is { } problem)
        {
            await io.Error.WriteLineAsync("There is no model to ask: " + SettingText.Printable(problem));
            return ExitCodes.Failed;
        }

        return ExitCodes.Fine;
    }
}
