using System.CommandLine;
using System.Diagnostics;
using Classifier;
using Collector.Commands.Classifying;
using Collector.Commands.Lines;
using Collector.Configuration;

namespace Collector.Commands;

/// <summary><c>collector classify</c>: labels log files, or what comes in on standard input.</summary>
static class ClassifyCommand
{
    static Argument<string[]> Files { get; } = new("file")
    {
        Description = "Log files, also compressed with gzip; - or nothing is standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    static Option<bool> Json { get; } = new("--json") { Description = "Print a JSON line for each record instead of the summary." };

    public static Command Create(CommandIo io)
    {
        Command command = new("classify", "Say what the lines of log files mean: a summary, or a JSON line each.")
        {
            Arguments = { Files },
            Options = { Json, AppOption.Instance },
        };
        command.SetAction((result, cancellationToken) => ExecuteAsync(result, io, cancellationToken));
        return command;
    }

    static async Task<int> ExecuteAsync(ParseResult result, CommandIo io, CancellationToken cancellationToken)
    {
        if (Sources(result, io) is not { } sources || ConfigOption.Load(result, io) is not { Options: { } options })
        {
            return ExitCodes.Usage;
        }

        await using LogClassifier classifier = ClassifierLoader.Load(options);
        if (classifier.Problem is { } problem)
        {
            await io.Error.WriteLineAsync("There is no model to ask: " + SettingText.Printable(problem));
            return ExitCodes.Failed;
        }

        bool withJson = result.GetValue(Json);
        LineParser parser = new(result.GetValue(AppOption.Instance) ?? "");
        ClassifyRun run = new(new ChunkClassifier(parser, new VerdictMaker(classifier, parser, options), withJson), io);
        ClassifySummary summary = new();
        long start = Stopwatch.GetTimestamp();
        bool isInterrupted = false;
        try
        {
            await ClassifyProgress.ShowAsync(run, sources, summary, io, withJson, onProgress => run.RunAsync(
                sources, chunk => Take(chunk, summary, io, onProgress), cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isInterrupted = true;
        }

        if (!withJson)
        {
            ClassifyReport.Write(io, summary, Stopwatch.GetElapsedTime(start));
        }

        return Tell(run, io, isInterrupted) ? ExitCodes.Fine : ExitCodes.Failed;
    }

    static void Take(ChunkResult chunk, ClassifySummary summary, CommandIo io, Action onProgress)
    {
        summary.Add(chunk);
        if (chunk.Json is { } json)
        {
            io.Output.Write(System.Text.Encoding.UTF8.GetString(json.Span));
            io.Output.Flush();
            json.Dispose();
        }

        onProgress();
    }

    /// <returns>Null when some cannot be read, which is told about all of them at once.</returns>
    static List<LogSource>? Sources(ParseResult result, CommandIo io)
    {
        string[] names = result.GetValue(Files) ?? [];
        if (names.Length == 0 && io.IsInputTerminal)
        {
            io.Error.WriteLine("Name the files to classify, or - for standard input. Try 'collector classify --help'.");
            return null;
        }

        List<LogSource> sources = [.. (names.Length == 0 ? [LogSource.StandardInput] : names).Select(name => new LogSource(name))];
        bool isGood = true;
        foreach (LogSource source in sources)
        {
            if (source.Problem() is { } problem)
            {
                io.Error.WriteLine($"{SettingText.Printable(source.Name)}: {SettingText.Printable(problem)}");
                isGood = false;
            }
        }

        return isGood ? sources : null;
    }

    /// <summary>What went wrong on the way.</summary>
    static bool Tell(ClassifyRun run, CommandIo io, bool isInterrupted)
    {
        foreach ((LogSource source, string problem) in run.Problems)
        {
            io.Error.WriteLine($"{SettingText.Printable(source.Name)}: {SettingText.Printable(problem)}");
        }

        if (run.CutLines > 0)
        {
            io.Error.WriteLine($"{run.CutLines} lines are longer than {SettingText.Bytes(LineChunks.LineBytesMax)}; their ends were left out.");
        }

        if (isInterrupted)
        {
            io.Error.WriteLine("interrupted");
        }

        return run.Problems.Count == 0 && !isInterrupted;
    }
}
