namespace Collector;

sealed partial class Appliance
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Listening: {Door}")]
    partial void LogListening(string door);

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready. Model: {Model}; vectors: {Simd}.")]
    partial void LogReady(string model, string simd);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: handing on what was received, for {Seconds} s at most.")]
    partial void LogStopping(double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dropped since the start: {Reasons}.")]
    partial void LogDropped(string reasons);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped. Records received {Received}, delivered {Delivered}, dropped {Dropped}, still queued {Queued}.")]
    partial void LogStopped(long received, long delivered, long dropped, long queued);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No status page: {Problem}")]
    partial void LogNoStatus(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Configuration reloaded: {Source}.")]
    partial void LogReloaded(string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "Configuration not reloaded: {Problem}")]
    partial void LogNotReloaded(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Configuration: what changed in the section {Section} counts from the next start on.")]
    partial void LogNextStart(string section);
}
