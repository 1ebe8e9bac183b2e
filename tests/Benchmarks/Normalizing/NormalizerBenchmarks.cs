using BenchmarkDotNet.Attributes;
using Classifier.Caching;
using Classifier.Normalizing;

namespace Benchmarks.Normalizing;

/// <summary>Normalised text and template key of real lines, one after the other as they come: a figure is for all lines together.</summary>
[MemoryDiagnoser]
public class NormalizerBenchmarks
{
    readonly byte[] _text = new byte[Normalizer.TextBytesMax];
    (byte[] App, byte[] Body)[] _lines = [];
    byte[][] _texts = [];

    [Params(SimdWidth.Scalar, SimdWidth.Vector128, SimdWidth.Vector256, SimdWidth.Vector512)]
    public SimdWidth Width { get; set; }

    [GlobalSetup]
    public void ReadLines()
    {
        _lines = BenchmarkLines.Read();
        _texts = [.. _lines.Select(line => _text.AsSpan(0, Normalizer.Normalize(line.App, line.Body, _text)).ToArray())];
        long bytes = _lines.Sum(line => (long)line.App.Length + line.Body.Length);
        Console.WriteLine($"// {_lines.Length} lines, {bytes} bytes of app and body: GB/s = {bytes} / ns");
    }

    [Benchmark]
    public int Normalize()
    {
        int total = 0;
        foreach ((byte[] app, byte[] body) in _lines)
        {
            total += Normalizer.Normalize(Width, app, body, _text);
        }

        return total;
    }

    [Benchmark(Baseline = true)]
    public ulong NormalizeAndKey()
    {
        ulong total = 0;
        foreach ((byte[] app, byte[] body) in _lines)
        {
            total += TemplateKey.Of(_text.AsSpan(0, Normalizer.Normalize(Width, app, body, _text))).Low;
        }

        return total;
    }

    [Benchmark]
    public ulong Key()
    {
        ulong total = 0;
        foreach (byte[] text in _texts)
        {
            total += TemplateKey.Of(text).Low;
        }

        return total;
    }
}
