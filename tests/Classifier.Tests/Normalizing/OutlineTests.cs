using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;
using Classifier.Normalizing;
using Classifier.Tests.Shared;

namespace Classifier.Tests.Normalizing;

/// <summary>Equal outlines have equal normalised texts, since what is blanked the normaliser folds away.</summary>
public class OutlineTests
{
    static readonly OutlineSecret Secret = OutlineSecret.Make();

    readonly byte[] _expected = new byte[Normalizer.TextBytesMax];
    readonly byte[] _actual = new byte[Normalizer.TextBytesMax];

    [OutlineFact]
    public void Blank_RealLines_NormalizeAsBefore()
    {
        foreach (LogLine line in LogLines.All)
        {
            AssertNormalizesAsBefore(line.Body, "a real line");
        }
    }

    [OutlineFact]
    public void Blank_OddTexts_NormalizeAsBefore()
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        int count = TextMutator.CountOr(200_000);
        for (int i = 0; i < count; i++)
        {
            AssertNormalizesAsBefore(mutator.Next(i % 16 == 0 ? Normalizer.BodyBytesMax : 150), $"seed {seed}, text {i}");
        }
    }

    [OutlineFact]
    public void Blank_EveryLengthAtEveryOffset_NormalizesAsBefore()
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. mutator.Next(300), .. new byte[512]];
            for (int offset = 0; offset < Outline.WindowBytes; offset++)
            {
                AssertNormalizesAsBefore(bytes.AsSpan(offset, length), $"seed {seed}, length {length}, offset {offset}");
            }
        }
    }

    /// <summary>Where the text stands and what is behind it make no difference, not even where nothing can be read behind it.</summary>
    [OutlineFact]
    public void Of_ATextAtTheEndOfMemory_IsThatOfTheTextElsewhere()
    {
        using GuardedMemory app = new();
        using GuardedMemory body = new();
        TextMutator mutator = new(1);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. mutator.Next(300), .. Enumerable.Repeat((byte)'7', 512)];
            ReadOnlySpan<byte> name = bytes.AsSpan(3, length / 4);
            ReadOnlySpan<byte> text = bytes.AsSpan(11, length);
            OutlineKey expected = Outline.Of(name, text, in Secret);
            Assert.Equal(expected, Outline.Of(app.PutAtEnd(name), body.PutAtEnd(text), in Secret));
        }
    }

    [OutlineTheory]
    [InlineData("took 17 ms", "took 19 ms")]
    [InlineData("pid 40123 left", "pid 91827 left")]
    [InlineData("from 10.1.2.3:8080", "from 10.9.8.7:4711")]
    [InlineData("load 0.12, 1.5ms", "load 3.45, 7.2ms")]
    [InlineData("id 59d0c1f0a2b0 gone", "id a1b2c3d4e5f6 gone")]
    [InlineData("at 0xffff9a3c01", "at 0x8712bc4d5e")]
    [InlineData("550e8400-e29b-41d4-a716-446655440000 is new", "f47ac10b-58cc-4372-a567-0e02b2c3d479 is new")]
    [InlineData("used 12.57% of it", "used 93.81% of it")]
    public void Of_TextsThatDifferInNumbersOfOneLength_IsTheSame(string one, string other) => Assert.Equal(Of("app", one), Of("app", other));

    [OutlineTheory]
    [InlineData("status 503", "status 404")]
    [InlineData("used 97%", "used 91%")]
    [InlineData("eth0 down", "eth0 up")]
    [InlineData("0x1f", "1x1f")]
    [InlineData("5.abc1", "5.0bc1")]
    [InlineData("abc1-5", "abcd1-5")]
    [InlineData("0000", "000")]
    [InlineData("", "1")]
    [InlineData("deadbeef12xyz", "deadbeaf12xyz")]
    public void Of_TextsThatTheModelSeesApart_IsNotTheSame(string one, string other) => Assert.NotEqual(Of("app", one), Of("app", other));

    [OutlineFact]
    public void Of_TheSameBodyOfAnotherApp_IsNotTheSame() =>
        Assert.Equal(6, new[] { "", "a", "b", "\0", "a-name-of-more-than-16-bytes", "a-name-of-more-than-17-bytes" }.Select(app => Of(app, "body")).Distinct().Count());

    /// <summary>Every byte that is not blanked goes into the hash, with its place.</summary>
    [OutlineFact]
    public void Of_TextsThatAreBlankedDifferently_IsNotTheSame()
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        Dictionary<OutlineKey, string> seen = [];
        for (int i = 0; i < 100_000; i++)
        {
            ReadOnlySpan<byte> text = Normalizer.Cut(mutator.Next(150), Normalizer.BodyBytesMax);
            string blanked = Quote(Blank(text));
            OutlineKey key = Outline.Of(default, text, in Secret);
            Assert.True(seen.TryAdd(key, blanked) || seen[key] == blanked, $"seed {seed}, text {i}: {blanked} and {seen[key]}");
        }
    }

    [OutlineFact]
    public void Of_AnyText_AllocatesNothing()
    {
        byte[][] bodies = [.. LogLines.Shipped.Select(line => line.Body)];
        Walk();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Walk()
        {
            foreach (byte[] body in bodies)
            {
                Outline.Of("app"u8, body, in Secret);
            }
        }
    }

    static OutlineKey Of(string app, string body) => Outline.Of(Encoding.UTF8.GetBytes(app), Encoding.UTF8.GetBytes(body), in Secret);

    void AssertNormalizesAsBefore(ReadOnlySpan<byte> text, string what)
    {
        text = Normalizer.Cut(text, Normalizer.BodyBytesMax);
        byte[] blanked = Blank(text);
        ReadOnlySpan<byte> expected = _expected.AsSpan(0, Normalizer.NormalizeScalar(default, text, _expected));
        ReadOnlySpan<byte> actual = _actual.AsSpan(0, Normalizer.NormalizeScalar(default, blanked, _actual));
        if (blanked.Length != text.Length || !actual.SequenceEqual(expected))
        {
            Assert.Fail($"{what}\ntext     {Quote(text)}\nblanked  {Quote(blanked)}\nexpected {Quote(expected)}\nactual   {Quote(actual)}");
        }
    }

    static byte[] Blank(ReadOnlySpan<byte> text)
    {
        TextSink sink = new([]);
        Outline.Blank(text, ref sink);
        return [.. sink.Text];
    }

    static string Quote(ReadOnlySpan<byte> bytes) => JsonSerializer.Serialize(Encoding.Latin1.GetString(bytes));

    readonly struct TextSink(List<byte> text) : IOutlineSink
    {
        public List<byte> Text => text;

        public void Add(Vector256<byte> low, Vector256<byte> high, int length)
        {
            byte[] window = new byte[Outline.WindowBytes];
            low.CopyTo(window);
            high.CopyTo(window, Vector256<byte>.Count);
            text.AddRange(window.AsSpan(0, length));
        }
    }

    sealed class OutlineFactAttribute : FactAttribute
    {
        public OutlineFactAttribute() => Skip = Outline.IsSupported ? null : "No AVX2, BMI2 and AES here: there are no outlines.";
    }

    sealed class OutlineTheoryAttribute : TheoryAttribute
    {
        public OutlineTheoryAttribute() => Skip = new OutlineFactAttribute().Skip;
    }
}
