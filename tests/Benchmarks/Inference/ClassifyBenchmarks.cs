using System.Text;
using BenchmarkDotNet.Attributes;
using Classifier;
using Microsoft.Extensions.Logging.Abstractions;

namespace Benchmarks.Inference;

/// <summary>What a record pays for its verdict when its template is known: normalise, hash, look up.</summary>
[MemoryDiagnoser]
public class ClassifyBenchmarks
{
    static readonly byte[] App = "kernel"u8.ToArray();

    LogClassifier _classifier = null!;
    byte[] _line = null!;

    [Params(
        "session opened",
        "Out of memory: Killed process 4711 (java) total-vm:8123456kB, anon-rss:4012345kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:9000kB oom_score_adj:0")]
    public string Line { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        _line = Encoding.UTF8.GetBytes(Line);
        _classifier.ClassifyNow(App, _line, 0);
    }

    [GlobalCleanup]
    public void Cleanup() => _classifier.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark]
    public ClassifyStatus Classify() => _classifier.Classify(App, _line, 9, null, 0, out _);
}
