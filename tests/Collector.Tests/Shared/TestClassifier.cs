using Classifier;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collector.Tests.Shared;

/// <summary>Classifiers for tests.</summary>
static class TestClassifier
{
    /// <summary>Answers with the declared severity only, since its model is not there.</summary>
    public static LogClassifier WithoutModel() =>
        LogClassifier.Create(new ClassifierOptions { ModelFolder = "/nonexistent" }, NullLogger.Instance);
}
