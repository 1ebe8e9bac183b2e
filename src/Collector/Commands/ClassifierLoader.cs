using Classifier;
using Collector.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collector.Commands;

/// <summary>The classifier for commands: the model alone, without the threads and the saved state of the appliance.</summary>
static class ClassifierLoader
{
    /// <summary>Takes some 60 ms. <see cref="LogClassifier.Problem"/> says when there is no model.</summary>
    public static LogClassifier Load(CollectorOptions options) => LogClassifier.Create(options.Classifier.Options, NullLogger.Instance);
}
