namespace Collector.Outputs;

sealed partial class OutputQueue
{
    [LoggerMessage(3001, LogLevel.Warning, "Output {Output} cannot send and tries again: {Reason}: {Detail}")]
    partial void LogRetrying(string output, string reason, string detail);

    [LoggerMessage(3002, LogLevel.Information, "Output {Output} sends again after {Seconds} s")]
    partial void LogRecovered(string output, long seconds);

    [LoggerMessage(3003, LogLevel.Error, "Output {Output} was refused {Records} records: {Reason}: {Detail}")]
    partial void LogRefused(string output, long records, string reason, string detail);

    [LoggerMessage(3004, LogLevel.Warning, "Output {Output} dropped {Records} records, the last for {Reason}")]
    partial void LogDropped(string output, long records, string reason);

    [LoggerMessage(3005, LogLevel.Error, "Output {Output} failed in a way it should not")]
    partial void LogBug(Exception exception, string output);

    [LoggerMessage(3007, LogLevel.Warning, "Output {Output} took the records, with a warning: {Detail}")]
    partial void LogWarned(string output, string detail);

    [LoggerMessage(3006, LogLevel.Error, "Output {Output} does not answer to the stop; what it was sending counts as queued")]
    partial void LogStuck(string output);
}
