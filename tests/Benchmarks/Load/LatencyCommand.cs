using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Load;

/// <summary>How long a critical record takes from its last byte on the wire to the line on standard output and to the metric, alone and under load.</summary>
static class LatencyCommand
{
    const int Probes = 500;
    const int MetricProbes = 50;
    const int WarmUpRecords = 100_000;

    static readonly string[] Words = ["disk", "token", "lease", "shard", "relay", "quota", "index", "vault", "probe", "route", "cache", "frame", "queue", "inode", "agent", "proxy"];

    /// <summary><c>latency BINARY</c>: a table on standard output; about two minutes.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        // Only probes are printed: a load with criticals of its own would measure the pipe behind standard output.
        // The rule comes after the model: what the probe says is known only when the model has read it.
        using Subject subject = await Subject.StartAsync(args[0], "rules: [ { match: { app: probe }, severity: critical } ]\noutputs: { stdout: { apps: [ probe ] } }");
        ConcurrentDictionary<string, TaskCompletionSource<long>> waiting = [];
        _ = Task.Run(() => ReadLinesAsync(subject.Process.StandardOutput, waiting));
        byte[] load = [.. LogLines.Make(20_000).SelectMany(line => line.Append((byte)'\n'))];
        await SendAsync(subject, load, 20_000, WarmUpRecords, rate: 20_000, default);
        await subject.SettleAsync(WarmUpRecords);
        Stopwatch watch = Stopwatch.StartNew();
        const int FlatOut = 4_000_000;
        await SendAsync(subject, load, 20_000, FlatOut, rate: 0, default);
        await subject.SettleAsync(WarmUpRecords + FlatOut);
        double saturation = FlatOut / watch.Elapsed.TotalSeconds;
        Console.WriteLine("| record | load | to standard output, p50 / p99 ms | to the metric, p50 / p99 ms |");
        Console.WriteLine("|---|---|---|---|");
        foreach ((string what, double rate, bool isFlood) in new[] { ("1,000/s", 1_000, false), ("1,000/s, and datagrams flat out", 1_000, true), ("80 % of saturation", 0.8 * saturation, false) })
        {
            using CancellationTokenSource stop = new();
            Task background = Task.WhenAll(
                Task.Run(() => SendAsync(subject, load, 20_000, long.MaxValue, (long)rate, stop.Token)), isFlood ? Task.Run(() => Flood(subject, stop.Token)) : Task.CompletedTask);
            foreach (bool isNew in new[] { false, true })
            {
                double[] lines = await ProbeAsync(subject, waiting, isNew, Probes);
                double[] metrics = await ProbeMetricAsync(subject, isNew);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {(isNew ? "never seen before" : "known template")} | {what} ({rate:F0}/s) | {At(lines, 0.5):F2} / {At(lines, 0.99):F2} | {At(metrics, 0.5):F2} / {At(metrics, 0.99):F2} |"));
            }

            await stop.CancelAsync();
            await background;
        }

        return 0;
    }

    static async Task<double[]> ProbeAsync(Subject subject, ConcurrentDictionary<string, TaskCompletionSource<long>> waiting, bool isNew, int count)
    {
        using Socket socket = subject.Connect();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        List<double> times = [];
        for (int i = 0; i < count + 10; i++)
        {
            await timer.WaitForNextTickAsync();
            string host = $"probe-{(isNew ? "new" : "known")}-{i}-{Stopwatch.GetTimestamp()}";
            TaskCompletionSource<long> seen = waiting.GetOrAdd(host, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            byte[] line = Line(host, isNew);
            long sent = Stopwatch.GetTimestamp();
            socket.Send(line);
            long arrived = await seen.Task.WaitAsync(TimeSpan.FromSeconds(10));
            // The first ones warm up.
            if (i >= 10)
            {
                times.Add(Stopwatch.GetElapsedTime(sent, arrived).TotalMilliseconds);
            }
        }

        return [.. times.Order()];
    }

    /// <summary>Scrapes again and again until the count is up: a scrape's own time is in it.</summary>
    static async Task<double[]> ProbeMetricAsync(Subject subject, bool isNew)
    {
        const string Sample = "collector_classifier_verdicts_total{source=\"rule\"}";
        using Socket socket = subject.Connect();
        List<double> times = [];
        for (int i = 0; i < MetricProbes; i++)
        {
            double before = await subject.MetricAsync(Sample);
            byte[] line = Line($"probe-metric-{i}", isNew);
            long sent = Stopwatch.GetTimestamp();
            socket.Send(line);
            while (await subject.MetricAsync(Sample) == before)
            {
            }

            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return [.. times.Order()];
    }

    static byte[] Line(string host, bool isNew)
    {
        // Letters only: numbers would be folded into a known template.
        string body = isNew ? string.Join(' ', Enumerable.Range(0, 10).Select(_ => Words[Random.Shared.Next(Words.Length)])) : "SQL injection attempt detected in API.";
        return Encoding.ASCII.GetBytes($"<10>1 2026-11-25T10:11:12.000Z {host} probe 1 - - {body}\n");
    }

    static async Task SendAsync(Subject subject, byte[] load, int lines, long count, long rate, CancellationToken stop)
    {
        using Socket socket = subject.Connect();
        Pace pace = new(rate);
        int at = 0;
        // About 64 KiB a write flat out, and what a millisecond brings at a rate.
        int step = rate == 0 ? 64 * 1024 : Math.Clamp((int)(rate / 1000 * (load.Length / lines)), 256, 64 * 1024);
        for (long sent = 0; sent < count && !stop.IsCancellationRequested;)
        {
            int end = at + Math.Min(step, load.Length - at);
            end += load.AsSpan(end).IndexOf((byte)'\n') + 1;
            ReadOnlyMemory<byte> piece = load.AsMemory(at, end - at);
            await socket.SendAsync(piece, CancellationToken.None);
            sent += piece.Span.Count((byte)'\n');
            at = end >= load.Length ? 0 : end;
            pace.Wait(sent);
        }

        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1], CancellationToken.None);
    }

    /// <summary>From one core, as fast as it goes.</summary>
    static void Flood(Subject subject, CancellationToken stop)
    {
        using DatagramBurst burst = new([.. LogLines.Make(20_000)]);
        using Socket socket = new(SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(System.Net.IPAddress.Loopback, subject.Port);
        while (!stop.IsCancellationRequested)
        {
            burst.Send((int)socket.Handle, 64);
        }
    }

    static async Task ReadLinesAsync(StreamReader output, ConcurrentDictionary<string, TaskCompletionSource<long>> waiting)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            long now = Stopwatch.GetTimestamp();
            const string Host = "\"host\":\"";
            int start = line.IndexOf(Host + "probe-", StringComparison.Ordinal);
            if (start >= 0 && waiting.TryRemove(line[(start + Host.Length)..line.IndexOf('"', start + Host.Length)], out TaskCompletionSource<long>? seen))
            {
                seen.TrySetResult(now);
            }
        }
    }

    static double At(double[] sorted, double quantile) => sorted[(int)Math.Min(sorted.Length - 1, quantile * sorted.Length)];
}
