namespace Collector.Outputs.Files;

sealed partial class FileOutput
{
    [LoggerMessage(3102, LogLevel.Warning, "{Path} cannot be rotated and grows on: {Problem}")]
    partial void LogNotRotated(string path, string problem);

    [LoggerMessage(3103, LogLevel.Warning, "{Path} ended in half a record of {Bytes} bytes, which was cut off")]
    partial void LogMended(string path, long bytes);
}
