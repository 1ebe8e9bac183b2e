using Microsoft.Extensions.Logging.Console;

namespace Collector;

/// <summary>The collector's own messages, on standard error: standard output is for records.</summary>
static class OwnLog
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(level);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        builder.AddConsole(options =>
        {
            options.FormatterName = OwnLogFormatter.FormatterName;
            options.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        builder.Services.AddSingleton<ConsoleFormatter, OwnLogFormatter>();
    });
}
