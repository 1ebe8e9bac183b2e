using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Collector.Commands;

/// <summary>The help of a command, followed by its examples.</summary>
sealed class HelpWithExamples(HelpAction inner, CommandIo io) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        inner.MaxWidth = io.Width;
        inner.Invoke(parseResult);
        if (CommandExamples.Of(parseResult.CommandResult.Command) is { Length: > 0 } examples)
        {
            io.Output.WriteLine(examples);
        }

        return ExitCodes.Fine;
    }
}
