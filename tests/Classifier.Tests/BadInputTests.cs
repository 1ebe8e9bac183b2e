using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Classifier.Tests;

/// <summary>Whatever the bytes are: no exception, bounded time and memory, and the same verdict on every thread and in every run.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string> Names => [.. Bodies.Keys];

    static LogClassifier One { get; } = Create();

    static LogClassifier Another { get; } = Create();

    static Dictionary<string, byte[]> Bodies { get; } = new()
    {
        ["empty"] = [],
        ["1 MiB of one letter"] = Filled(1 << 20, "x"u8),
        ["1 MiB of words"] = Filled(1 << 20, "disk failure imminent on sda "u8),
        ["all digits"] = Filled(5_000, "0123456789"u8),
        ["all punctuation"] = Filled(5_000, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"u8),
        ["one punctuation"] = Filled(5_000, "-"u8),
        ["NUL"] = Filled(5_000, "\0"u8),
        ["NUL in words"] = [.. "disk\0failure\0imminent"u8],
        ["invalid UTF-8"] = Filled(5_000, [0xFF, 0xC0, 0x80, (byte)'a', 0xF5, 0xE2, 0x82]),
        ["surrogates as CESU-8"] = Filled(5_000, [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, (byte)' ', 0xED, 0xBF, 0xBF]),
        ["right to left"] = Encoding.UTF8.GetBytes("שגיאה חמורה בדיסק \u202Eabc\u202C خطأ فادح في القرص"),
        ["zero width"] = Encoding.UTF8.GetBytes("di\u200Bsk fa\u200Dil\uFEFFure \u2060im\u00ADminent"),
        ["combining marks"] = Encoding.UTF8.GetBytes("a" + new string('\u0301', 2_000)),
        ["emoji"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("👨‍👩‍👧‍👦🔥", 300))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ClassifyNow_OddText_HasOneVerdictOnEveryThreadAndInEveryRun(string name)
    {
        byte[] body = Bodies[name];
        Verdict expected = One.ClassifyNow("app"u8, body, 9);
        Assert.Equal(VerdictSource.Model, expected.Source);
        Assert.InRange(expected.Confidence, 0, 1);

        // Another run, so to speak: it remembers nothing of the first, and its threads ask at the same time.
        Verdict[] verdicts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Another.ClassifyNow("app"u8, body, 9))));
        Assert.All(verdicts, verdict => Assert.Equal(expected, verdict));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ClassifyNow_OddAppName_IsTaken(string name)
    {
        Verdict verdict = One.ClassifyNow(Bodies[name], "started"u8, 9);
        Assert.Equal((VerdictSource.Model, verdict), (verdict.Source, Another.ClassifyNow(Bodies[name], "started"u8, 9)));
    }

    static LogClassifier Create() => LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);

    static byte[] Filled(int length, ReadOnlySpan<byte> pattern)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = pattern[i % pattern.Length];
        }

        return bytes;
    }
}
