using BenchmarkDotNet.Attributes;
using Classifier.Caching;
using Classifier.Normalizing;

namespace Benchmarks.Normalizing;

/// <summary>The template key of a record by its outline, against normalising it, on the lines of <see cref="NormalizerBenchmarks"/>, all of which are known.</summary>
[MemoryDiagnoser]
public class OutlineBenchmarks
{
    readonly byte[] _text = new byte[Normalizer.TextBytesMax];
    readonly OutlineCache _cache = new();
    (byte[] App, byte[] Body)[] _lines = [];

    [GlobalSetup]
    public void ReadLines()
    {
        _lines = BenchmarkLines.Read();
        foreach ((byte[] app, byte[] body) in _lines)
        {
            _cache.Set(Outline.Of(app, body, in _cache.Secret), Normalized(app, body));
        }

        long bytes = _lines.Sum(line => (long)line.App.Length + line.Body.Length);
        Console.WriteLine($"// {_lines.Length} lines, {bytes} bytes of app and body: GB/s = {bytes} / ns");
    }

    [Benchmark(Baseline = true)]
    public ulong NormalizeAndKey()
    {
        ulong total = 0;
        foreach ((byte[] app, byte[] body) in _lines)
        {
            total += Normalized(app, body).Low;
        }

        return total;
    }

    [Benchmark]
    public ulong KnownOutline()
    {
        ulong total = 0;
        foreach ((byte[] app, byte[] body) in _lines)
        {
            _cache.TryGet(Outline.Of(app, body, in _cache.Secret), out TemplateKey key);
            total += key.Low;
        }

        return total;
    }

    TemplateKey Normalized(byte[] app, byte[] body) => TemplateKey.Of(_text.AsSpan(0, Normalizer.Normalize(app, body, _text)));
}
