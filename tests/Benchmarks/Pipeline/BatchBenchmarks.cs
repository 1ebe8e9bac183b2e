using System.Buffers;
using BenchmarkDotNet.Attributes;
using Classifier;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Collector.Tests.Shared;

namespace Benchmarks.Pipeline;

/// <summary>What happens to every record of a classified batch: judged, selected by an output, written as a JSON line. Numbers are for a record.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    const int Records = 512;

    readonly RecordJson _json = new();
    readonly PayloadBuffer _buffer = new(1024 * 1024);
    readonly OutputFilter _critical = OutputFilter.AtLeast(Severity.Critical);
    Judge _judge = null!;
    ClassifiedBatch _batch = null!;

    [GlobalSetup]
    public void Setup()
    {
        _judge = new Judge(new Lawbook(new Law(SeverityPolicy.Max, new RuleSet([]))), new VerdictStatistics(TimeProvider.System));
        BatchBuilder builder = new() { BufferBytes = 256 * 1024 };
        for (int i = 0; i < Records; i++)
        {
            Verdict verdict = new() { Severity = (Severity)(i % 5), Category = Category.Network, Confidence = 0.9f, Source = VerdictSource.Model, TemplateId = 1 };
            builder.Add(
                $"Failed password for invalid user admin from 10.0.0.{i % 256} port {i} ssh2, and some more text to make it a usual line of a log", "web1", "sshd", "812",
                verdict: verdict, set: static (ref Receivers.LogRecord record) => record.SeverityNumber = 9);
        }

        _batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Judge()
    {
        _judge.Finish(_batch);
        return _batch.Count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int SelectCritical()
    {
        int count = _critical.Select(_batch, out int[]? indices, out bool isRented);
        if (isRented)
        {
            ArrayPool<int>.Shared.Return(indices!);
        }

        return count;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int JsonLine()
    {
        _buffer.Clear();
        for (int i = 0; i < _batch.Count; i++)
        {
            _json.WriteLine(_buffer, _batch, i);
        }

        return _buffer.Length;
    }
}
