using System.Text;
using Classifier.Normalizing;
using Classifier.Tests.Shared;

namespace Classifier.Tests.Normalizing;

/// <summary>Every width gives, byte for byte, what the scalar version gives.</summary>
public class NormalizerWidthTests
{
    static readonly byte[][] Apps = [[], [.. "sshd"u8], [.. " CRON[123]\t"u8], [.. "a:"u8], [.. "x#"u8], [.. "10.1:"u8], [.. new string('é', 30).Select(_ => (byte)0xC3)]];

    readonly byte[] _expected = new byte[Normalizer.TextBytesMax];
    readonly byte[] _actual = new byte[Normalizer.TextBytesMax];

    public static TheoryData<SimdWidth> Widths => [SimdWidth.Vector128, SimdWidth.Vector256, SimdWidth.Vector512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_EveryVector_GivesTheReferenceText(SimdWidth width)
    {
        foreach (ModelVector vector in ModelVectors.All)
        {
            int length = Normalizer.Normalize(width, vector.App, vector.Body, _actual);
            Assert.Equal(Encoding.Latin1.GetString(vector.Text), Encoding.Latin1.GetString(_actual, 0, length));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_RealLines_AsScalar(SimdWidth width)
    {
        foreach (LogLine line in LogLines.All)
        {
            AssertSame(width, line.App, line.Body, "a real line");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_OddTexts_AsScalar(SimdWidth width)
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        int count = TextMutator.CountOr(200_000);
        for (int i = 0; i < count; i++)
        {
            AssertSame(width, i % 4 == 0 ? mutator.Next(60) : Apps[i % Apps.Length], mutator.Next(i % 16 == 0 ? 1200 : 150), $"seed {seed}, text {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_EveryLengthAtEveryOffset_AsScalar(SimdWidth width)
    {
        int seed = Environment.TickCount;
        TextMutator mutator = new(seed);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. mutator.Next(300), .. new byte[512]];
            for (int offset = 0; offset < 64; offset++)
            {
                AssertSame(width, [], bytes.AsSpan(offset, length), $"seed {seed}, length {length}, offset {offset}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_AtTheEndOfMemory_ReadsNotBeyond(SimdWidth width)
    {
        using GuardedMemory app = new();
        using GuardedMemory body = new();
        TextMutator mutator = new(1);
        for (int length = 0; length <= 200; length++)
        {
            byte[] bytes = [.. mutator.Next(300), .. new byte[200]];
            AssertSame(width, app.PutAtEnd(bytes.AsSpan(0, length / 4)), body.PutAtEnd(bytes.AsSpan(0, length)), $"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Normalize_AnyText_AllocatesNothing(SimdWidth width)
    {
        byte[][] bodies = [.. LogLines.Shipped.Select(line => line.Body)];
        NormalizeAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        NormalizeAll();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void NormalizeAll()
        {
            foreach (byte[] body in bodies)
            {
                Normalizer.Normalize(width, "app"u8, body, _actual);
            }
        }
    }

    [Fact]
    public void Normalize_NoRoom_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Normalizer.Normalize([], "x"u8, new byte[Normalizer.TextBytesMax - 1]));

    void AssertSame(SimdWidth width, ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, string what)
    {
        ReadOnlySpan<byte> expected = _expected.AsSpan(0, Normalizer.NormalizeScalar(app, body, _expected));
        ReadOnlySpan<byte> actual = _actual.AsSpan(0, Normalizer.Normalize(width, app, body, _actual));
        if (!actual.SequenceEqual(expected))
        {
            Assert.Fail(
                $"{what}\napp      {Quote(app)}\nbody     {Quote(body)}\nexpected {Quote(expected)}\nactual   {Quote(actual)}");
        }
    }

    static string Quote(ReadOnlySpan<byte> bytes) => System.Text.Json.JsonSerializer.Serialize(Encoding.Latin1.GetString(bytes));
}
