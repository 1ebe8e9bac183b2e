using Microsoft.Extensions.Logging;

namespace Classifier.Inference;

sealed partial class ModelEngine
{
    [LoggerMessage(2101, LogLevel.Error, "The model failed on template {Template:x16}: {Problem}. Records keep their declared severity; further failures are logged once a minute")]
    partial void LogInferenceFailed(ulong template, string problem);
}
