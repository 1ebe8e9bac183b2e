using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Collector;

/// <summary>One line a message: time, level, part, text. Text from logs never breaks the line or acts on a terminal.</summary>
sealed class OwnLogFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "collector";

    /// <summary>systemd's prefix instead of time and level: the journal has both.</summary>
    public static bool IsForJournal { get; } = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (IsForJournal)
        {
            textWriter.Write(logEntry.LogLevel switch { LogLevel.Critical => "<2>", LogLevel.Error => "<3>", LogLevel.Warning => "<4>", LogLevel.Information => "<6>", _ => "<7>" });
        }
        else
        {
            textWriter.Write(TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
            textWriter.Write(logEntry.LogLevel switch { LogLevel.Critical => "fatal   ", LogLevel.Error => "error   ", LogLevel.Warning => "warning ", LogLevel.Information => "info    ", _ => "debug   " });
        }

        textWriter.Write(logEntry.Category);
        textWriter.Write(": ");
        textWriter.WriteLine(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is not null)
        {
            textWriter.WriteLine(OneLine("  " + logEntry.Exception));
        }
    }

    static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        return string.Create(text.Length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
