using BenchmarkDotNet.Attributes;
using Classifier.Inference;
using Classifier.Models;

namespace Benchmarks.Inference;

/// <summary>One text through the shipped model, alone and unpadded, on one thread: the table of <c>models/MODEL_CARD.md</c>.</summary>
[MemoryDiagnoser]
public class ModelRunnerBenchmarks
{
    Model _model = null!;
    ModelRunner _runner = null!;
    int[] _ids = null!;

    [Params(12, 24, 32, 64)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        if (NativeRuntime.EnsureLoaded(null) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        _model = Model.TryLoad(ModelFiles.TryReadBuiltIn(out _)!, out _)!;
        _runner = _model.Rent()!;
        Random random = new(Tokens);
        _ids = [101, .. Enumerable.Range(0, Tokens - 2).Select(_ => random.Next(1_996, 30_000)), 102];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Return(_runner);
        _model.Dispose();
    }

    [Benchmark]
    public ulong Run() => _runner.Run(_ids).Bits;
}
