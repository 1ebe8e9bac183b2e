using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Classifier.Tests;

public sealed class AccuracyTests
{
    /// <summary>Figures of <c>models/MODEL_CARD.md</c>, within half a point.</summary>
    [Fact]
    public async Task ClassifyNow_OnTheHeldOutLines_IsAsGoodAsTheCardSays()
    {
        await using LogClassifier classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        int lines = 0, severities = 0, categories = 0, truePositives = 0, falsePositives = 0, falseNegatives = 0;
        foreach (string line in File.ReadLines(Repository.PathTo("models", "dev.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Verdict verdict = classifier.ClassifyNow(Bytes(document, "app"), Bytes(document, "msg"), 0);
            string severity = document.RootElement.GetProperty("severity").GetString()!;
            bool isCritical = severity == Severity.Critical.Name();
            lines++;
            severities += severity == verdict.Severity.Name() ? 1 : 0;
            categories += document.RootElement.GetProperty("category").GetString() == verdict.Category.Name() ? 1 : 0;
            truePositives += isCritical && verdict.Severity == Severity.Critical ? 1 : 0;
            falsePositives += !isCritical && verdict.Severity == Severity.Critical ? 1 : 0;
            falseNegatives += isCritical && verdict.Severity != Severity.Critical ? 1 : 0;
        }

        Assert.Equal(0.607, (double)severities / lines, 0.005);
        Assert.Equal(0.688, 2.0 * truePositives / ((2.0 * truePositives) + falsePositives + falseNegatives), 0.005);
        Assert.Equal(0.695, (double)categories / lines, 0.005);
    }

    static byte[] Bytes(JsonDocument document, string key) => Encoding.UTF8.GetBytes(document.RootElement.GetProperty(key).GetString()!);
}
