using System.Text;
using BenchmarkDotNet.Attributes;
using Classifier;
using Microsoft.Extensions.Logging.Abstractions;

namespace Benchmarks.Inference;

/// <summary>What a record pays for its verdict when its template is known: normalise, hash, look up.</summary>
[MemoryDiagnoser]
public class ClassifyBenchmarks
{
    const int Records = 512;

    static readonly byte[] App = "kernel"u8.ToArray();

    readonly Verdict[] _verdicts = new Verdict[Records];

    LogClassifier _classifier = null!;
    Lines _lines;

    [Params(
        "session opened",
        "Out of memory: Killed process 4711 (java) total-vm:8123456kB, anon-rss:4012345kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:9000kB oom_score_adj:0")]
    public string Line { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        byte[] line = Encoding.UTF8.GetBytes(Line);
        _classifier.ClassifyNow(App, line, 0);
        _lines = new Lines(App, [.. Enumerable.Repeat(line, Records)]);
    }

    [GlobalCleanup]
    public void Cleanup() => _classifier.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(OperationsPerInvoke = Records)]
    public int ClassifyBatch() => _classifier.Classify(_lines, null, _verdicts);
}
