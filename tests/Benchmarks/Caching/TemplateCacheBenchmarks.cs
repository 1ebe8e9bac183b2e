using BenchmarkDotNet.Attributes;
using Classifier;
using Classifier.Caching;
using Classifier.Inference;

namespace Benchmarks.Caching;

/// <summary>A look into the cache: a few hot templates, all of a full cache in random order, and a template that is not there.</summary>
[MemoryDiagnoser]
public class TemplateCacheBenchmarks
{
    const int Lookups = 4_096;
    const int Chunk = 32;

    readonly TemplateKey[] _known = new TemplateKey[Lookups];
    readonly TemplateKey[] _unknown = new TemplateKey[Lookups];
    readonly Answer[] _answers = new Answer[Chunk];
    readonly TemplateCache _cache = new(1_048_576, 64 * 1024 * 1024);

    /// <summary>Templates in the cache: what a host has, and what fills the default size by two thirds.</summary>
    [Params(2_000, 700_000)]
    public int Templates { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        for (int i = 0; i < Templates; i++)
        {
            _cache.Set(Key(i), new Answer(0.1f, Severity.Info, 0.8f, Category.Network));
        }

        for (int i = 0; i < Lookups; i++)
        {
            _known[i] = Key(random.Next(Templates));
            _unknown[i] = Key(-1 - i);
        }
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int Hit() => Count(_known);

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int Miss() => Count(_unknown);

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int HitInChunks()
    {
        int hits = 0;
        for (int i = 0; i < Lookups; i += Chunk)
        {
            hits += _cache.TryGetAll(_known.AsSpan(i, Chunk), _answers);
        }

        return hits;
    }

    int Count(TemplateKey[] keys)
    {
        int hits = 0;
        foreach (TemplateKey key in keys)
        {
            hits += _cache.TryGet(key, out _) ? 1 : 0;
        }

        return hits;
    }

    static TemplateKey Key(int i) => TemplateKey.Of(BitConverter.GetBytes(i));
}
