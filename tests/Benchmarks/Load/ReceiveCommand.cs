using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Receivers.Syslog;

namespace Benchmarks.Load;

/// <summary>Runs the syslog receiver into a sink that forgets everything, and says what it cost.</summary>
static class ReceiveCommand
{
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary><c>receive [--port 5514] [--seconds 60]</c>: ends two seconds after the last record.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        Arguments arguments = new(args);
        IPEndPoint endPoint = new(IPAddress.Loopback, (int)arguments.Number("port", 5514));
        SyslogOptions options = new() { Udp = endPoint, Tcp = endPoint };
        await using SyslogReceiver receiver = new(options, TimeProvider.System, NullLogger<SyslogReceiver>.Instance);
        ForgettingSink sink = new();
        await receiver.StartAsync(sink, CancellationToken.None);
        Console.WriteLine("listening on " + string.Join(", ", receiver.Listening));

        long limit = Stopwatch.GetTimestamp() + (arguments.Number("seconds", 60) * Stopwatch.Frequency);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        double cpuBefore = Cpu(), cpuAfter = 0;
        long seen = 0, allocatedBefore = GC.GetTotalAllocatedBytes();
        long first = 0, last = 0;
        while (Stopwatch.GetTimestamp() < limit && await timer.WaitForNextTickAsync())
        {
            long now = Stopwatch.GetTimestamp();
            if (sink.Records != seen)
            {
                first = first == 0 ? now : first;
                (seen, last, cpuAfter) = (sink.Records, now, Cpu());
            }
            else if (seen == 0)
            {
                (cpuBefore, allocatedBefore) = (Cpu(), GC.GetTotalAllocatedBytes());
            }
            else if (Stopwatch.GetElapsedTime(last, now) > Quiet)
            {
                break;
            }
        }

        double seconds = Stopwatch.GetElapsedTime(first, last).TotalSeconds;
        long drops = receiver.Statistics.Sum(s => s.SocketDrops);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"received {seen} in {seconds:F2} s, {(cpuAfter - cpuBefore) / seen * 1e6:F3} CPU s/M, {sink.Batches} batches, {seen / (double)sink.Batches:F0} records a batch, "
            + $"{(GC.GetTotalAllocatedBytes() - allocatedBefore) / (double)seen:F2} bytes allocated a record, kernel drops {drops}"));
        return 0;
    }

    static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    sealed class ForgettingSink : IRecordSink
    {
        long _records;
        long _batches;

        public long Records => Volatile.Read(ref _records);

        public long Batches => Volatile.Read(ref _batches);

        public RecordBatchPool Pool { get; } = new();

        public bool IsCongested => false;

        public bool TryPost(RecordBatch batch)
        {
            Interlocked.Add(ref _records, batch.Count);
            Interlocked.Increment(ref _batches);
            batch.Release();
            return true;
        }

        public ValueTask PostAsync(RecordBatch batch, CancellationToken cancellationToken)
        {
            TryPost(batch);
            return ValueTask.CompletedTask;
        }

        public void Discard(RecordBatch batch, string reason) => batch.Release();
    }
}
