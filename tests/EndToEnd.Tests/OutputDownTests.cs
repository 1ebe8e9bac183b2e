using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Harness;
using Tests.Shared;
using Xunit.Abstractions;

namespace EndToEnd.Tests;

/// <summary>One output is down while records come; COLLECTOR_TEST_DOWN_SECONDS makes it a minute, as in docs/performance.md.</summary>
public sealed class OutputDownTests(ITestOutputHelper output)
{
    const int StepMilliseconds = 20;
    const int RecordsAStep = 100;

    // All numbers have six digits, so that all lines are one text to the model.
    const int First = 100_000;

    static int Seconds { get; } = int.Parse(Environment.GetEnvironmentVariable("COLLECTOR_TEST_DOWN_SECONDS") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Outputs_TwoDownAtFiveThousandASecond_TheThirdIsInRealTimeAndNothingIsLostUncounted()
    {
        const string file = "output=\"file\"";
        int port = Ports.Free();
        int smallPort = Ports.Free();
        await using CollectorProcess collector = await CollectorProcess.StartAsync(outputs: $$"""
              down: { type: syslog, address: "127.0.0.1:{{port}}", retry_delay_max: 1s, queue_bytes_max: 128MiB }
              small: { type: syslog, address: "127.0.0.1:{{smallPort}}", retry_delay_max: 1s, queue_bytes_max: 1MiB }
            """);
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        // One text, read by the model before the flow: else the first records wait for the model.
        await sender.SendAsync(SyslogSender.Lines(First, 1));
        await collector.WaitForMetricAsync($"collector_output_delivered_log_records_total{{{file}}}", n => n == 1);

        int sent = 1;
        double worstLag = 0;
        List<(double Seconds, double Resident, double Queued)> samples = [];
        long started = Stopwatch.GetTimestamp();
        long sampledAt = started;
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(StepMilliseconds));
        // Steps, not seconds: a busy machine takes longer for them.
        for (int step = 0; step < Seconds * 1000 / StepMilliseconds; step++)
        {
            await sender.SendAsync(SyslogSender.Lines(First + sent, RecordsAStep));
            sent += RecordsAStep;
            await pace.WaitForNextTickAsync();
            if (Stopwatch.GetElapsedTime(sampledAt) > TimeSpan.FromSeconds(1))
            {
                sampledAt = Stopwatch.GetTimestamp();
                worstLag = Math.Max(worstLag, await collector.MetricAsync($"collector_output_queue_oldest_age_seconds{{{file}}}"));
                samples.Add((
                    Stopwatch.GetElapsedTime(started).TotalSeconds,
                    await collector.MetricAsync("process_working_set_bytes") / (1 << 20),
                    await collector.MetricAsync("collector_output_queue_bytes{output=\"down\"}") / (1 << 20)));
            }
        }

        await collector.WaitForMetricAsync($"collector_output_delivered_log_records_total{{{file}}}", n => n == sent);
        double downFor = Stopwatch.GetElapsedTime(started).TotalSeconds;
        // What the file has may still be on its way to the others.
        await collector.WaitForMetricAsync("collector_output_queue_records{output=\"down\"}", n => n == sent);
        double droppedBySmall = 0;
        await UntilAsync(async () =>
            (droppedBySmall = await collector.MetricAsync("collector_output_dropped_log_records_total{output=\"small\"}"))
                + await collector.MetricAsync("collector_output_queue_records{output=\"small\"}") == sent);
        Assert.True(droppedBySmall > 0, "1 MiB held it all");
        await UntilAsync(async () => (await collector.TryGetAsync("/readyz")).Status == 503);
        // In real time: what waits for the file waits for one write. The bound is for machines that stand still.
        Assert.True(worstLag < 15, $"the oldest record waited {worstLag} s for the file");
        // Flat: what the queues hold, and no more with the time.
        (double _, double residentAtFirst, double queuedAtFirst) = samples[0];
        (double _, double residentAtLast, double queuedAtLast) = samples[^1];
        double grown = residentAtLast - residentAtFirst - (queuedAtLast - queuedAtFirst);
        Assert.True(grown < 64, $"{grown} MiB beside the queue");

        using SyslogSink back = new(port);
        using SyslogSink smallBack = new(smallPort);
        long backAt = Stopwatch.GetTimestamp();
        // Others keep coming while it drains.
        for (int step = 0; step < 1000 / StepMilliseconds; step++)
        {
            await sender.SendAsync(SyslogSender.Lines(First + sent, RecordsAStep));
            sent += RecordsAStep;
            await pace.WaitForNextTickAsync();
        }

        await collector.WaitForMetricAsync("collector_output_delivered_log_records_total{output=\"down\"}", n => n == sent, TimeSpan.FromSeconds(120));
        double drained = Stopwatch.GetElapsedTime(backAt).TotalSeconds;
        await UntilAsync(() => Task.FromResult(back.Numbers.Length >= sent));
        // Each once. Batches that workers judge at the same time may swap places; the queue itself keeps the order (SinkFaultTests).
        Assert.Equal(Enumerable.Range(First, sent), back.Numbers.Order());
        droppedBySmall = await collector.MetricAsync("collector_output_dropped_log_records_total{output=\"small\"}");
        await UntilAsync(() => Task.FromResult(smallBack.Numbers.Length >= sent - (int)droppedBySmall));
        Assert.Equal(sent - (int)droppedBySmall, smallBack.Numbers.Distinct().Count());
        Assert.Equal(0, await collector.Program.StopAsync());
        Assert.Equal(sent, collector.Records().Count);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"down {downFor:0} s, {sent} records; file: oldest waited {worstLag:0.0} s at most; resident {residentAtFirst:0} to {residentAtLast:0} MiB, of them in the queue {queuedAtLast:0} MiB; "
            + $"drained in {drained:0.0} s; the queue of 1 MiB dropped and counted {droppedBySmall:0}"));
    }

    static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(120));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (!await isTrue())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
