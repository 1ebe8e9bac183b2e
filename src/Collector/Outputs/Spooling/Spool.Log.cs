namespace Collector.Outputs.Spooling;

sealed partial class Spool
{
    [LoggerMessage(3020, LogLevel.Information, "Output {Output} finds {Records} records in its spool {Path} and sends them first")]
    partial void LogFound(string output, long records, string path);

    [LoggerMessage(3021, LogLevel.Warning, "Output {Output} left alone what it does not know in its spool {Path}: {Names}")]
    partial void LogForeign(string output, string path, string names);

    [LoggerMessage(3022, LogLevel.Error, "Output {Output} found {Blocks} damaged blocks in its spool, the last in {File}; all others are sent")]
    partial void LogDamaged(string output, long blocks, string file);

    [LoggerMessage(3023, LogLevel.Warning, "Output {Output} cut off a block that was not whole at the end of {File} in its spool")]
    partial void LogCut(string output, string file);

    [LoggerMessage(3024, LogLevel.Error, "Output {Output} cannot write to its spool {Path}: {Reason}")]
    partial void LogCannotWrite(string output, string path, string reason);

    [LoggerMessage(3025, LogLevel.Information, "Output {Output} writes to its spool {Path} again")]
    partial void LogWritesAgain(string output, string path);

    [LoggerMessage(3026, LogLevel.Warning, "Output {Output} dropped the oldest {Records} records of its spool, which is full")]
    partial void LogDroppedOldest(string output, long records);

    [LoggerMessage(3027, LogLevel.Warning, "Output {Output} set a damaged file of its spool aside as {File}")]
    partial void LogSetAside(string output, string file);

    [LoggerMessage(3028, LogLevel.Information, "Output {Output} leaves {Records} records in its spool {Path}; the next output that has this spool sends them")]
    partial void LogLeft(string output, long records, string path);
}
