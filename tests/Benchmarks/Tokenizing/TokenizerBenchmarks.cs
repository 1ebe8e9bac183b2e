using System.Text;
using BenchmarkDotNet.Attributes;
using Benchmarks.Normalizing;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;
using WordPieceTokenizer = Classifier.Tokenizing.WordPieceTokenizer;

namespace Benchmarks.Tokenizing;

/// <summary>Raw lines to ids, one after the other: a figure is for all lines together.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    readonly int[] _ids = new int[4096];
    byte[] _vocab = [];
    byte[][] _texts = [];
    string[] _strings = [];
    WordPieceTokenizer _ours = null!;
    BertTokenizer _theirs = null!;

    [GlobalSetup]
    public void ReadLines()
    {
        string path = BenchmarkLines.PathTo("models", "vocab.txt");
        _vocab = File.ReadAllBytes(path);
        _ours = WordPieceTokenizer.Load(_vocab);
        _theirs = BertTokenizer.Create(path);
        _texts = [.. BenchmarkLines.Read().Select(line => (byte[])[.. line.App, .. ": "u8, .. line.Body])];
        _strings = [.. _texts.Select(Encoding.UTF8.GetString)];
        Console.WriteLine($"// {_texts.Length} lines, {Encode()} ids of ours: ids/s = {Encode()} / ns");
    }

    [Benchmark(Baseline = true)]
    public int Encode()
    {
        int total = 0;
        foreach (byte[] text in _texts)
        {
            total += _ours.Encode(text, _ids);
        }

        return total;
    }

    [Benchmark]
    public int EncodeScalar()
    {
        int total = 0;
        foreach (byte[] text in _texts)
        {
            total += _ours.EncodeScalar(text, _ids);
        }

        return total;
    }

    [Benchmark]
    public int MicrosoftMlTokenizers()
    {
        int total = 0;
        foreach (string text in _strings)
        {
            total += _theirs.EncodeToIds(text).Count;
        }

        return total;
    }

    [Benchmark]
    public int Load() => WordPieceTokenizer.Load(_vocab).VocabularySize;
}
