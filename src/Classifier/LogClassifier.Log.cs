using Microsoft.Extensions.Logging;

namespace Classifier;

public sealed partial class LogClassifier
{
    [LoggerMessage(2001, LogLevel.Information, "Model {Name} ({Origin}, SHA-256 {Hash}) loaded in {Milliseconds} ms")]
    partial void LogModelLoaded(string name, string origin, string hash, long milliseconds);

    [LoggerMessage(2002, LogLevel.Error, "No model: {Problem}. Records pass with the severity that their sender declared")]
    partial void LogDegraded(string problem);

    [LoggerMessage(2003, LogLevel.Information, "{Count} templates are known from the last run")]
    partial void LogCacheLoaded(int count);

    [LoggerMessage(2004, LogLevel.Warning, "Saved templates are not used: {Problem}")]
    partial void LogCacheNotLoaded(string problem);

    [LoggerMessage(2005, LogLevel.Debug, "{Count} templates saved")]
    partial void LogCacheSaved(int count);

    [LoggerMessage(2006, LogLevel.Warning, "Templates cannot be saved in {Folder}: {Problem}")]
    partial void LogCacheNotSaved(string folder, string problem);
}
