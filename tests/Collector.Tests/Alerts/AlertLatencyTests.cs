using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Classifier;
using Collector.Alerts;
using Collector.Tests.Shared;
using Xunit.Abstractions;

namespace Collector.Tests.Alerts;

/// <summary>Alone: it is the time that is measured.</summary>
[Collection(Alone.Name)]
public sealed class AlertLatencyTests(ITestOutputHelper output)
{
    const int Criticals = 100;

    [Fact]
    public async Task Send_CriticalsOfManyTemplates_AreOnTheWireWithinASecond()
    {
        using ManualResetEventSlim stop = new();
        using ScriptedServer server = new("200|");
        // As slow as the model for 32 words: most of the words come too late.
        await using AlertWords words = new((_, _, _) =>
        {
            stop.Wait(TimeSpan.FromMilliseconds(200));
            return new Explanation { NormalizedText = "", Verdict = default, Words = [] };
        });
        await using AlertOutput alerts = await AlertOutputTests.StartAsync(
            "alertmanager", $"url: '{server.Address}', group_wait: 5s", evidence: new AlertEvidence(null, words));
        long[] sent = new long[Criticals + 1];
        double[] milliseconds = new double[Criticals + 1];
        Task receiving = Task.Run(async () =>
        {
            for (int missing = Criticals; missing > 0;)
            {
                ScriptedRequest request = await server.NextAsync();
                long at = Stopwatch.GetTimestamp();
                using JsonDocument json = JsonDocument.Parse(request.Body);
                foreach (JsonElement alert in json.RootElement.EnumerateArray())
                {
                    int template = int.Parse(alert.GetProperty("labels").GetProperty("template").GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    if (milliseconds[template] == 0)
                    {
                        milliseconds[template] = Stopwatch.GetElapsedTime(Volatile.Read(ref sent[template]), at).TotalMilliseconds;
                        missing--;
                    }
                }
            }
        });
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        for (int template = 1; template <= Criticals; template++)
        {
            Volatile.Write(ref sent[template], Stopwatch.GetTimestamp());
            await AlertOutputTests.SendAsync(
                alerts, [AlertOutputTests.Batch([new Verdict { Severity = Severity.Critical, TemplateId = (ulong)template, Source = VerdictSource.Model }])]);
            await timer.WaitForNextTickAsync();
        }

        await receiving;
        stop.Set();
        double[] ordered = [.. milliseconds.Skip(1).Order()];
        output.WriteLine($"p50 {ordered[Criticals / 2]:0} ms, p99 {ordered[(Criticals * 99 / 100) - 1]:0} ms, worst {ordered[^1]:0} ms, {server.Count} requests");
        Assert.True(ordered[(Criticals * 99 / 100) - 1] <= 1000, string.Join(' ', ordered.Select(m => m.ToString("0", CultureInfo.InvariantCulture))));
    }
}
