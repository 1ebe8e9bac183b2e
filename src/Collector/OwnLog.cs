using Microsoft.Extensions.Logging.Console;

namespace Collector;

/// <summary>The collector's own messages, on standard error: standard output is for records.</summary>
/// <param name="level">Least level to write.</param>
sealed class OwnLog(LogLevel level)
{
    volatile LogLevel _level = level;

    /// <summary>Least level to write; may change at any time.</summary>
    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    public ILoggerFactory CreateLoggers() => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddFilter((category, wanted) => wanted >= _level && (wanted >= LogLevel.Warning || category?.StartsWith("Microsoft", StringComparison.Ordinal) != true));
        builder.AddConsole(options =>
        {
            options.FormatterName = OwnLogFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        builder.Services.AddSingleton<ConsoleFormatter, OwnLogFormatter>();
    });
}
