using Microsoft.Extensions.Logging.Console;

namespace Collector;

/// <summary>The collector's own messages, on standard error: readable lines, or with journald's priorities when systemd reads them.</summary>
static class OwnLog
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(level);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        // Set by systemd where the stream is the journal.
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
        {
            builder.AddSystemdConsole();
        }
        else
        {
            builder.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                options.UseUtcTimestamp = true;
                options.ColorBehavior = LoggerColorBehavior.Default;
            });
        }

        builder.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
