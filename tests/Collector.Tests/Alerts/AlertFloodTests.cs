using System.Diagnostics;
using Classifier;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;

namespace Collector.Tests.Alerts;

/// <summary>Alone, after the parallel tests: the memory measured is the whole process's.</summary>
[Collection(Alone.Name)]
public sealed class AlertFloodTests
{
    [Fact]
    public async Task Flood_OfCriticals_IsAHandfulOfMessages()
    {
        using ScriptedServer server = new("200|ok");
        await using AlertWords words = new((_, _, _) => new Explanation { NormalizedText = "", Verdict = default, Words = [] });
        RecentLines lines = new(AlertOptions.LinesBeforeMax, TimeProvider.System);
        lines.Watch([OutputFilter.AtLeast(Severity.Critical)]);
        await using AlertOutput output = await AlertOutputTests.StartAsync(
            "slack", $"webhook: '{server.Address}', messages_max: 5, group_wait: 1s", evidence: new AlertEvidence(lines, words));
        Verdict[] verdicts = [.. Enumerable.Range(0, 5000).Select(i => new Verdict { Severity = Severity.Critical, TemplateId = (ulong)i + 1, Source = VerdictSource.Model })];
        ClassifiedBatch[] batches = [.. verdicts.Chunk(100).Select(AlertOutputTests.Batch)];
        await AlertOutputTests.SendAsync(output, batches);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long started = Stopwatch.GetTimestamp();
        long records = 0;
        // 10,000 a second, in steps of a twentieth; a busy machine takes longer for them.
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(4) || records < 10_000)
        {
            await timer.WaitForNextTickAsync();
            foreach (ClassifiedBatch batch in batches[..5])
            {
                lines.Note(batch);
                await output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), default);
                records += batch.Count;
            }
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(output.Statistics.Sent, 1, 5);
        Assert.InRange(server.Count, 1, 5);
        Assert.True(grown < 4 << 20, $"{grown} bytes more than after the first second");
    }
}
