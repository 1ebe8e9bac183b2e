namespace Collector.Alerts;

sealed partial class AlertOutput
{
    [LoggerMessage(3201, LogLevel.Warning, "Channel {Channel} cannot send an alert and tries again: {Reason}: {Detail}")]
    partial void LogRetrying(string channel, string reason, string detail);

    [LoggerMessage(3202, LogLevel.Error, "Channel {Channel} gave up an alert: {Reason}: {Detail}")]
    partial void LogFailed(string channel, string reason, string detail);

    [LoggerMessage(3203, LogLevel.Information, "Channel {Channel} sends again")]
    partial void LogRecovered(string channel);

    [LoggerMessage(3204, LogLevel.Warning, "Alerts of channel {Channel} that were under way cannot be read and are forgotten: {Problem}")]
    partial void LogStateUnreadable(string channel, string problem);

    [LoggerMessage(3205, LogLevel.Warning, "Alerts of channel {Channel} cannot be saved, a restart may repeat or lose some: {Problem}")]
    partial void LogStateNotSaved(string channel, string problem);

    [LoggerMessage(3206, LogLevel.Error, "Channel {Channel} failed in a way it should not")]
    partial void LogBug(Exception exception, string channel);
}
