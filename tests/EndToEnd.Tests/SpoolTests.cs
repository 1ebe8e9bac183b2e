using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Harness;
using Tests.Shared;
using Xunit.Abstractions;

namespace EndToEnd.Tests;

/// <summary>The published binary with a spool while its far side, its disk or itself is not there. COLLECTOR_TEST_DOWN_SECONDS as in <see cref="OutputDownTests"/>.</summary>
public sealed class SpoolTests(ITestOutputHelper output) : IDisposable
{
    const int StepMilliseconds = 20;
    const int RecordsAStep = 100;

    // All numbers have six digits or seven, so that all lines are two texts to the model.
    const int First = 100_000;

    const string Queued = "collector_output_queue_records{output=\"down\"}";
    const string Spooled = "collector_output_spool_records{output=\"down\"}";
    const string Delivered = "collector_output_delivered_log_records_total{output=\"down\"}";

    readonly TemporaryFolder _folder = new();
    readonly int _port = Ports.Free();

    static int Seconds { get; } = int.Parse(Environment.GetEnvironmentVariable("COLLECTOR_TEST_DOWN_SECONDS") ?? "15", CultureInfo.InvariantCulture);

    string Spool => _folder.File("spool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Down_AtFiveThousandASecond_MemoryIsFlatAndAllIsSentInOrderAfterwards()
    {
        await using CollectorProcess collector = await StartAsync();
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        int sent = 0;
        List<double> resident = [];
        long started = Stopwatch.GetTimestamp();
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(StepMilliseconds));
        async Task SendStepAsync()
        {
            await sender.SendAsync(SyslogSender.Lines(First + sent, RecordsAStep));
            sent += RecordsAStep;
            await pace.WaitForNextTickAsync();
        }

        // Steps, not seconds: a busy machine takes longer for them.
        for (int step = 0; step < Seconds * 1000 / StepMilliseconds; step++)
        {
            await SendStepAsync();
            if (step % (1000 / StepMilliseconds) == 0)
            {
                resident.Add(await collector.MetricAsync("process_working_set_bytes") / (1 << 20));
            }
        }

        await collector.WaitForMetricAsync(Spooled, n => n == sent);
        double downFor = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double onDisk = await collector.MetricAsync("collector_output_spool_bytes{output=\"down\"}") / (1 << 20);
        double oldest = await collector.MetricAsync("collector_output_queue_oldest_age_seconds{output=\"down\"}");
        // The first texts may have waited for the model before they came to the output.
        Assert.InRange(oldest, downFor - 10, Stopwatch.GetElapsedTime(started).TotalSeconds + 1);
        (int status, string page) = await collector.TryGetAsync("/readyz");
        Assert.True(status == 503 && page.Contains("down", StringComparison.Ordinal), page);
        // The first seconds warm up: pools, packs and what the spool writes in one go.
        int warm = resident.Count / 3;
        Assert.True(resident.Skip(warm).Max() - resident[warm] < 48, "resident MiB: " + string.Join(' ', resident.Select(mib => mib.ToString("0", CultureInfo.InvariantCulture))));

        int before = sent;
        using SyslogSink back = new(_port);
        long backAt = Stopwatch.GetTimestamp();
        double drained = 0;
        // Others keep coming while it drains, and for a while when nothing is on disk any more.
        for (int after = 0; after < 2000 / StepMilliseconds; after += drained > 0 ? 1 : 0)
        {
            await SendStepAsync();
            if (drained == 0 && back.Numbers.Length >= before)
            {
                drained = Stopwatch.GetElapsedTime(backAt).TotalSeconds;
            }
        }

        await collector.WaitForMetricAsync(Delivered, n => n == sent);
        await UntilAsync(() => back.Numbers.Length >= sent);
        Assert.Equal(Enumerable.Range(First, sent), back.Numbers);
        await collector.WaitForMetricAsync("collector_output_spool_bytes{output=\"down\"}", n => n == 0);
        Assert.Equal((sent, sent, 0, 0), await collector.LedgerAsync());
        Assert.Equal(0, await collector.Program.StopAsync());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"down {downFor:0} s, {before} records, {onDisk:0} MiB on disk; resident {resident[warm]:0} to {resident.Skip(warm).Max():0} MiB; "
            + $"drained in {drained:0.0} s while {sent - before} more came"));
    }

    /// <summary>D1: whatever a sender was told to be safe arrives; what is sent twice is a block a kill at most.</summary>
    [Fact]
    public async Task Kill_TenTimes_LosesNothingThatWasAcknowledgedAndTheBooksClose()
    {
        const int cycles = 10;
        const int backlog = 200_000;
        int seed = Environment.TickCount;
        Random random = new(seed);
        List<int> safe = [];
        int next = First;
        SyslogSink? back = null;
        for (int cycle = 0; cycle < cycles; cycle++)
        {
            back ??= cycle == cycles / 2 ? new SyslogSink(_port) : null;
            await using CollectorProcess collector = await StartAsync();
            using RelpSender sender = await RelpSender.ConnectAsync(collector.PortOf("syslog relp"), next);
            if (cycle == (cycles / 2) - 1)
            {
                // So much that the next one is killed while it sends it.
                await sender.SendAsync(backlog);
                await UntilAsync(() => sender.Acknowledged >= backlog);
            }

            TimeSpan life = TimeSpan.FromMilliseconds(cycle == cycles / 2 ? 0 : random.Next(50, 3000));
            long started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < life)
            {
                await sender.SendAsync(RecordsAStep);
                await Task.Delay(StepMilliseconds);
            }

            collector.Program.Signal(9);
            await collector.Program.ExitAsync();
            await sender.ClosedAsync();
            Assert.Null(sender.Refusal);
            safe.AddRange(Enumerable.Range(next, sender.Acknowledged));
            next = sender.Next;
        }

        await using CollectorProcess last = await StartAsync();
        await last.WaitForMetricAsync(Queued, n => n == 0);
        (long received, long delivered, long dropped, long queued) = await last.LedgerAsync();
        Assert.Equal((received, 0, 0), (delivered, dropped, queued));
        Assert.Equal(0, await last.Program.StopAsync());
        await UntilAsync(() => back!.Connections == 0);
        int[] arrived = back!.Numbers;
        back.Dispose();
        Assert.True(safe.Count > 1000, $"{safe.Count} acknowledged");
        Assert.Empty(safe.Except(arrived));
        int twice = arrived.Length - arrived.Distinct().Count();
        // 192 KiB of these records.
        Assert.True(twice <= cycles / 2 * 1200, $"{twice} twice, seed {seed}");
        output.WriteLine($"seed {seed}: {next - First} sent, {safe.Count} acknowledged, {arrived.Length} arrived, {twice} of them twice");
    }

    /// <summary>D9: a disk that fails to sync. No record is lost or said to be safe, and the file is not written to again.</summary>
    [Fact]
    public async Task Sync_ThatFails_AcknowledgesNothingAndGoesOnInAnotherFile()
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            output.WriteLine("skipped: no strace");
            return;
        }

        await using CollectorProcess collector = await StartAsync();
        using RelpSender sender = await RelpSender.ConnectAsync(collector.PortOf("syslog relp"), First);
        await sender.SendAsync(1000);
        await UntilAsync(() => sender.Acknowledged == 1000);
        await using (RunningProgram strace = new("/usr/bin/strace", ["-f", "-p", collector.Program.Id.ToString(CultureInfo.InvariantCulture), "-e", "inject=fdatasync:error=EIO"], _folder.Path))
        {
            await strace.WaitForLineAsync(line => line.Contains("attached", StringComparison.Ordinal));
            await sender.SendAsync(1000);
            await collector.WaitForMetricAsync("collector_output_spool_write_failures_total{output=\"down\"}", n => n >= 2);
            Assert.Equal((1000, 1000), (sender.Acknowledged, await collector.MetricAsync(Spooled)));
            strace.Signal(2);
            await strace.ExitAsync();
        }

        await UntilAsync(() => sender.Acknowledged == 2000);
        Assert.InRange(Directory.GetFiles(Spool, "*.seg").Length, 2, 4);
        using SyslogSink back = new(_port);
        await UntilAsync(() => back.Numbers.Length >= 2000);
        Assert.Equal(Enumerable.Range(First, 2000), back.Numbers);
        await collector.WaitForMetricAsync(Queued, n => n == 0);
        Assert.Equal((2000, 2000, 0, 0), await collector.LedgerAsync());
    }

    /// <summary>D10: a disk that takes half a second to sync holds up no page and no other output.</summary>
    [Fact]
    public async Task Sync_ThatIsSlow_HoldsUpNobody()
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            output.WriteLine("skipped: no strace");
            return;
        }

        await using CollectorProcess collector = await StartAsync();
        await using RunningProgram strace = new(
            "/usr/bin/strace", ["-f", "-p", collector.Program.Id.ToString(CultureInfo.InvariantCulture), "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=500000"], _folder.Path);
        await strace.WaitForLineAsync(line => line.Contains("attached", StringComparison.Ordinal));
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        List<TimeSpan> pages = [];
        const int steps = 200;
        for (int step = 0; step < steps; step++)
        {
            await sender.SendAsync(SyslogSender.Lines(First + (step * RecordsAStep), RecordsAStep));
            await Task.Delay(StepMilliseconds);
            long asked = Stopwatch.GetTimestamp();
            await collector.GetAsync("/metrics");
            pages.Add(Stopwatch.GetElapsedTime(asked));
        }

        await collector.WaitForMetricAsync("collector_output_delivered_log_records_total{output=\"file\"}", n => n == steps * RecordsAStep);
        await collector.WaitForMetricAsync(Spooled, n => n == steps * RecordsAStep);
        TimeSpan typical = pages.Order().ElementAt(steps / 2);
        // Held up, it would be that half second.
        Assert.True(typical < TimeSpan.FromMilliseconds(250), $"{typical}");
        strace.Signal(2);
        await strace.ExitAsync();
    }

    /// <summary>D15: a stop with a backlog and the far side down is quick; the next start sends it first.</summary>
    [Fact]
    public async Task Stop_WithABacklog_IsQuickAndTheNextStartSendsIt()
    {
        const int records = 50_000;
        await using (CollectorProcess collector = await StartAsync())
        {
            using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
            await sender.SendAsync(SyslogSender.Lines(First, records));
            await collector.WaitForReceivedAsync(records);
            await collector.WaitForMetricAsync("collector_output_delivered_log_records_total{output=\"file\"}", n => n == records);
            long stopped = Stopwatch.GetTimestamp();
            Assert.Equal(0, await collector.Program.StopAsync(TimeSpan.FromSeconds(10)));
            output.WriteLine($"stopped in {Stopwatch.GetElapsedTime(stopped).TotalSeconds:0.0} s");
        }

        using SyslogSink back = new(_port);
        await using CollectorProcess next = await StartAsync();
        await UntilAsync(() => back.Numbers.Length >= records);
        await next.WaitForMetricAsync(Queued, n => n == 0);
        Assert.Equal(Enumerable.Range(First, records), back.Numbers);
        Assert.Equal((records, records, 0, 0), await next.LedgerAsync());
    }

    Task<CollectorProcess> StartAsync() => CollectorProcess.StartAsync(
        folder: _folder, syslog: "relp: \"127.0.0.1:0\"",
        outputs: $$"""  down: { type: syslog, address: "127.0.0.1:{{_port}}", retry_delay_max: 1s, spool: { path: {{Spool}} } }""");

    static async Task UntilAsync(Func<bool> isTrue)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(120));
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        while (!isTrue())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
