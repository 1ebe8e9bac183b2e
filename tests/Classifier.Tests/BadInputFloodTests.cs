using System.Diagnostics;
using Classifier.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Classifier.Tests;

/// <summary>Alone, after the parallel tests: the memory measured is the whole process's.</summary>
[Collection(Alone.Name)]
public sealed class BadInputFloodTests
{
    [Fact]
    public async Task Classify_AFloodOfLinesThatNeverComeAgain_IsBoundedInTimeAndMemory()
    {
        // 100,000 a second for a minute, in the nightly form.
        int lines = Math.Min(TextMutator.CountOr(200_000), 6_000_000);
        await using LogClassifier classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        await classifier.StartAsync(CancellationToken.None);
        CollectingWaiter waiter = new(lines);
        byte[] body = [.. "user aaaaaaaa has logged in from afar"u8];
        long start = Stopwatch.GetTimestamp();
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < lines; i++)
        {
            // Letters only, or the normaliser would fold the lines into one.
            for (int digit = 0, rest = i; digit < 8; digit++, rest /= 26)
            {
                body[5 + digit] = (byte)('a' + (rest % 26));
            }

            classifier.Classify("app"u8, body, 9, waiter, i, out Verdict verdict);
            Assert.True(verdict.Source is VerdictSource.Fallback or VerdictSource.Model);
        }

        // A hundred thousand a second is the promise; ten times less keeps a busy machine from failing the test.
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, lines / 10_000.0);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, 64 * 1024 * 1024);
        Assert.InRange(classifier.Statistics.PendingTemplates, 0, 16_384);
        Assert.True(classifier.Statistics.TurnedAwayTexts > 0);
    }
}
