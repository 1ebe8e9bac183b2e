using BenchmarkDotNet.Attributes;
using Classifier;
using Collector.Alerts;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Shared;

namespace Benchmarks.Pipeline;

/// <summary>The lines before an alert, kept for every record while an alert channel is configured (<c>lines_before: 0</c> leaves it out). Numbers are for a record.</summary>
[MemoryDiagnoser]
public class RecentLinesBenchmarks
{
    const int Records = 512;
    const int Batches = 16;

    readonly RecentLines _lines = new(AlertOptions.LinesBeforeMax, TimeProvider.System);
    readonly ClassifiedBatch[] _batches = new ClassifiedBatch[Batches];
    int _next;

    /// <summary>Hosts with one app each; 1,024 are remembered.</summary>
    [Params(1, 50, 5000)]
    public int Senders { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _lines.Watch([OutputFilter.AtLeast(Severity.Critical)]);
        ClassifiedBatchPool pool = new(new Ledger());
        for (int batch = 0; batch < Batches; batch++)
        {
            BatchBuilder builder = new() { BufferBytes = 256 * 1024 };
            for (int i = 0; i < Records; i++)
            {
                builder.Add(
                    $"Failed password for invalid user admin from 10.0.0.{i % 256} port {i} ssh2, and some more text to make it a usual line of a log",
                    "web" + (((batch * Records) + i) % Senders), "sshd", "812", verdict: new Verdict { Severity = Severity.Info, TemplateId = 1 });
            }

            _batches[batch] = builder.Build(pool);
        }
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Note()
    {
        _next = (_next + 1) % Batches;
        _lines.Note(_batches[_next]);
        return _next;
    }
}
