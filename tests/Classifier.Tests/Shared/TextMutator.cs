namespace Classifier.Tests.Shared;

/// <summary>Seeded odd texts: random ones over alphabets that meet the rules often, and real lines with a few bytes changed.</summary>
sealed class TextMutator(int seed)
{
    /// <summary>More cases for the nightly run: how many property cases a test makes.</summary>
    public const string CountVariable = "COLLECTOR_PROPERTY_CASES";

    static readonly byte[][] Alphabets =
    [
        [.. "0123456789abcdefx.:,-#% \t=/_~"u8],
        [.. "019afgx.:,-#%="u8],
        [.. "01a.#"u8],
        [.. "  \0\t\x7F\x1FaZ0.#="u8],
        [.. "ABCXYZabcxyz[]@`{/:"u8],
        [.. Enumerable.Range(0, 256).Select(b => (byte)b)],
        [.. Enumerable.Repeat("0123456789abcdefghix.:,-#"u8.ToArray(), 8).SelectMany(b => b), .. "% ((\x80\x7F"u8],
        [.. "é中ẞİ한́👍 ٣\uFEFF a0.,"u8],
    ];

    readonly Random _random = new(seed);

    public static int CountOr(int count) =>
        int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out int more) && more > count ? more : count;

    /// <summary>The next text, in a buffer of its own size.</summary>
    public byte[] Next(int lengthMax)
    {
        if (_random.Next(2) == 0)
        {
            return Random(_random.Next(lengthMax + 1));
        }

        LogLine line = LogLines.Shipped[_random.Next(LogLines.Shipped.Count)];
        byte[] bytes = [.. line.Body];
        for (int i = _random.Next(4); i > 0 && bytes.Length > 0; i--)
        {
            Mutate(ref bytes);
        }

        return bytes;
    }

    byte[] Random(int length)
    {
        byte[] alphabet = Alphabets[_random.Next(Alphabets.Length)];
        byte[] bytes = new byte[length];
        foreach (ref byte b in bytes.AsSpan())
        {
            b = alphabet[_random.Next(alphabet.Length)];
        }

        return bytes;
    }

    void Mutate(ref byte[] bytes)
    {
        int at = _random.Next(bytes.Length);
        int count = Math.Min(_random.Next(1, 12), bytes.Length - at);
        bytes = _random.Next(3) switch
        {
            0 => [.. bytes[..at], .. Random(count), .. bytes[(at + count)..]],
            1 => [.. bytes[..at], .. bytes[(at + count)..]],
            _ => [.. bytes[..at], .. bytes[at..(at + count)], .. bytes[at..]],
        };
        if (bytes.Length == 0)
        {
            bytes = Random(1);
        }
    }
}
