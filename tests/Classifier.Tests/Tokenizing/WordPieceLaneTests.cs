using System.Text;
using Classifier.Tests.Shared;
using Classifier.Tokenizing;
using Tests.Shared;

namespace Classifier.Tests.Tokenizing;

/// <summary>The fast lanes give the ids that the scalar version gives.</summary>
public class WordPieceLaneTests
{
    // A small vocabulary has what BERT's own has not: letters that are missing, and words that only begin well.
    const string OddVocabulary = "abc\n[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\nb\n##bcd\nabcdefghijklmnopqrst\n1\n##1\n##12345\n12\n.\n#\n##b\nabcde\n##cdefg\né\n##é\n中\n";

    static readonly WordPieceTokenizer Bert = WordPieceTokenizer.Load(File.ReadAllBytes(Repository.PathTo("models", "vocab.txt")));
    static readonly WordPieceTokenizer Odd = WordPieceTokenizer.Load(Encoding.UTF8.GetBytes(OddVocabulary));

    readonly int[] _expected = new int[2048];
    readonly int[] _actual = new int[2048];

    [Fact]
    public void Encode_RealLines_AsScalar()
    {
        foreach (LogLine line in LogLines.All)
        {
            AssertSame(Bert, line.Body, 2048, "a real line");
            AssertSame(Odd, line.Body, 2048, "a real line");
        }
    }

    [Fact]
    public void Encode_OddTexts_AsScalar()
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        int count = TextMutator.CountOr(100_000);
        for (int i = 0; i < count; i++)
        {
            byte[] text = mutator.Next(i % 16 == 0 ? 600 : 150);
            AssertSame(i % 4 == 0 ? Odd : Bert, text, i % 2 == 0 ? 2048 : 2 + (i % 97), $"seed {seed}, text {i}");
        }
    }

    [Fact]
    public void Encode_EveryCodePoint_AsScalar()
    {
        byte[] text = new byte[16];
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            text[0] = (byte)'x';
            int length = 1 + new Rune(codePoint).EncodeToUtf8(text.AsSpan(1));
            text[length++] = (byte)'1';
            AssertSame(Bert, text.AsSpan(0, length), 16, $"U+{codePoint:X4}");
        }
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(5000)]
    public void Encode_LongWord_IsUnknownBeyond100(int length)
    {
        byte[] text = [.. "x "u8, .. new string('7', length).Select(c => (byte)c), .. " x"u8];
        AssertSame(Bert, text, 2048, "a long word");
        Assert.Equal(length > 100, _actual.AsSpan(0, 4).SequenceEqual([101, 1060, 100, 1060]));
    }

    [Fact]
    public void Encode_EveryLengthAtEveryOffset_AsScalar()
    {
        TextMutator mutator = new(5);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. mutator.Next(300), .. new byte[512]];
            for (int offset = 0; offset < 64; offset++)
            {
                AssertSame(Bert, bytes.AsSpan(offset, length), 2048, $"length {length}, offset {offset}");
            }
        }
    }

    [Fact]
    public void Encode_AtTheEndOfMemory_ReadsNotBeyond()
    {
        using GuardedMemory memory = new();
        TextMutator mutator = new(1);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. new byte[200]];
            AssertSame(Bert, memory.PutAtEnd(bytes.AsSpan(0, length)), 2048, $"length {length}");
        }
    }

    [Fact]
    public void Encode_AnyText_AllocatesNothing()
    {
        byte[][] texts = [.. LogLines.Shipped.Select(line => line.Body)];
        EncodeAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        EncodeAll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void EncodeAll()
        {
            foreach (byte[] text in texts)
            {
                Bert.Encode(text, _actual);
                Bert.EncodeScalar(text, _actual);
            }
        }
    }

    void AssertSame(WordPieceTokenizer tokenizer, ReadOnlySpan<byte> text, int idsMax, string what)
    {
        ReadOnlySpan<int> expected = _expected.AsSpan(0, tokenizer.EncodeScalar(text, _expected.AsSpan(0, idsMax)));
        ReadOnlySpan<int> actual = _actual.AsSpan(0, tokenizer.EncodeFast(text, _actual.AsSpan(0, idsMax)));
        if (!actual.SequenceEqual(expected))
        {
            Assert.Fail($"{what}\ntext     {Convert.ToBase64String(text)}\nexpected {string.Join(' ', expected.ToArray())}\nactual   {string.Join(' ', actual.ToArray())}");
        }
    }
}
