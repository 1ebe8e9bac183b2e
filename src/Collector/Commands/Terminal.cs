using Spectre.Console;

namespace Collector.Commands;

/// <summary>Consoles for tables, charts and bars on the streams of a command.</summary>
static class Terminal
{
    /// <param name="writer">One of <see cref="CommandIo"/>'s.</param>
    /// <param name="isTerminal">False: plain text, without colours and cursor movements.</param>
    /// <param name="width">Columns.</param>
    public static IAnsiConsole Of(TextWriter writer, bool isTerminal, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        // Not asked of the process: UTF-8 is what every stream of ours is written in.
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    public static Color ColorOf(Classifier.Severity severity) => severity switch
    {
        Classifier.Severity.Critical => Color.Red,
        Classifier.Severity.Error => Color.Maroon,
        Classifier.Severity.Warning => Color.Yellow,
        Classifier.Severity.Info => Color.Green,
        _ => Color.Grey,
    };
}
