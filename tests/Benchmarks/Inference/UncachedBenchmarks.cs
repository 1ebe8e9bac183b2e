using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Classifier;
using Classifier.Inference;
using Classifier.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace Benchmarks.Inference;

/// <summary>New texts through queue, threads, cache and waiters, against the bare model on as many threads at the same lengths.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 8)]
public class UncachedBenchmarks
{
    const int Texts = 600;

    // 24 tokens with [CLS] and [SEP], what a normalised line has in the middle. Of words alone, which the normaliser leaves as they are.
    static readonly string[] Words =
        ["error", "connection", "lost", "disk", "failed", "user", "login", "network", "server", "timeout", "memory", "process", "file", "system", "device", "service"];

    readonly byte[][] _texts = new byte[Texts][];
    readonly Verdict[] _verdicts = new Verdict[Texts];
    LogClassifier _classifier = null!;
    Model _model = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        for (int i = 0; i < Texts; i++)
        {
            _texts[i] = System.Text.Encoding.ASCII.GetBytes(string.Join(' ', Enumerable.Range(0, 22).Select(_ => Words[random.Next(Words.Length)])));
        }

        if (NativeRuntime.EnsureLoaded(null) is { } problem)
        {
            throw new InvalidOperationException(problem);
        }

        _model = Model.TryLoad(ModelFiles.TryReadBuiltIn(out _)!, out _)!;
    }

    [IterationSetup(Target = nameof(Classify))]
    public void StartClassifier()
    {
        _classifier = LogClassifier.Create(new ClassifierOptions { InferenceThreads = Threads }, NullLogger.Instance);
        _classifier.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    [IterationCleanup(Target = nameof(Classify))]
    public void StopClassifier() => _classifier.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Texts)]
    public void Bare()
    {
        int next = -1;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            ModelRunner runner = _model.Rent()!;
            int[] ids = new int[96];
            for (int i = Interlocked.Increment(ref next); i < Texts; i = Interlocked.Increment(ref next))
            {
                int length = _model.Tokenizer.Encode(_texts[i], ids);
                runner.Run(ids.AsSpan(0, length));
            }

            _model.Return(runner);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    [Benchmark(OperationsPerInvoke = Texts)]
    public void Classify()
    {
        using CountdownWaiter waiter = new(Texts);
        _classifier.Classify(new Lines([], _texts), waiter, _verdicts);
        waiter.Wait();
    }

    sealed class CountdownWaiter(int count) : IVerdictWaiter, IDisposable
    {
        readonly CountdownEvent _left = new(count);

        public void OnVerdict(int index, in Verdict verdict) => _left.Signal();

        public void Wait() => _left.Wait();

        public void Dispose() => _left.Dispose();
    }
}
