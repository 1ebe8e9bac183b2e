using System.Text;

namespace Collector.Commands;

/// <summary>Where commands read and write: results to <see cref="Output"/>, messages to people to <see cref="Error"/>.</summary>
sealed class CommandIo
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Colours and charts are for people.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>A progress bar is for people.</summary>
    public bool IsErrorTerminal { get; init; }

    public bool IsInputTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 100;

    /// <summary>The process's own streams. Output is buffered: flush it at the end.</summary>
    public static CommandIo OfProcess() => new()
    {
        // UTF-8 whatever the locale says: logs are UTF-8, and a C locale would turn them into question marks.
        Output = new StreamWriter(new ProcessOutput(1), new UTF8Encoding(false), 64 * 1024) { NewLine = "\n" },
        Error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" },
        OpenInput = Console.OpenStandardInput,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        IsInputTerminal = !Console.IsInputRedirected,
        Width = ProcessWidth(),
    };

    static int ProcessWidth()
    {
        try
        {
            return Console.IsOutputRedirected ? 100 : Math.Clamp(Console.WindowWidth, 40, 200);
        }
        catch (IOException)
        {
            return 100;
        }
    }
}
