namespace Collector.Outputs.Kafka;

sealed partial class KafkaOutput
{
    [LoggerMessage(3301, LogLevel.Warning, "Output {Output}: librdkafka says {Facility}: {Text}")]
    partial void LogWarning(string output, string facility, string text);

    [LoggerMessage(3302, LogLevel.Debug, "Output {Output}: librdkafka says {Facility}: {Text}")]
    partial void LogDebug(string output, string facility, string text);

    [LoggerMessage(3303, LogLevel.Error, "Output {Output}: the Kafka producer ended and is made anew: {Problem}")]
    partial void LogFatal(string output, string problem);
}
