using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

/// <summary>The outline of a text: its bytes, with those digits and ids blanked that the normaliser folds away.</summary>
/// <remarks>
/// <para>What holds, and what the tests show: <c>Normalize(blanked text) == Normalize(text)</c>. So the normalised text depends on the outline alone, and a
/// record whose outline is known has a known template key, at half the price: nothing is moved, what is blanked becomes <c>1</c> in its place, the digit that is in no <c>0x</c>.</para>
/// <para>One template has several outlines, since numbers differ in length and words in case. Allocates nothing; safe on any thread.</para>
/// </remarks>
static unsafe class Outline
{
    /// <summary>Bytes of a window.</summary>
    public const int WindowBytes = 64;

    const int HalfBytes = WindowBytes / 2;

    // A window and the byte behind it.
    const int ReadBytes = WindowBytes + 1;

    /// <summary>Whether the build and the machine have what this is made of. Where not, every record goes through the normaliser.</summary>
    public static bool IsSupported => Avx2.IsSupported && Bmi2.X64.IsSupported && Aes.IsSupported && Simd.Width >= SimdWidth.Vector256;

    /// <summary>The hash of a record's outline.</summary>
    /// <param name="app">App name, may be empty; any bytes, any length. It is not blanked.</param>
    /// <param name="body">Message; any bytes, any length.</param>
    /// <param name="secret">Of the process.</param>
    public static OutlineKey Of(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, in OutlineSecret secret)
    {
        app = Normalizer.Cut(app, Normalizer.AppBytesMax);
        body = Normalizer.Cut(body, Normalizer.BodyBytesMax);
        OutlineHash hash = new(in secret);
        hash.AddName(app);
        Blank(body, ref hash);
        return hash.ToKey(app.Length, body.Length);
    }

    /// <summary>Hands a text on in windows of up to <see cref="WindowBytes"/>, blanked. Each ends behind a byte that no rule looks across, if there is one.</summary>
    [SkipLocalsInit]
    public static void Blank<TSink>(ReadOnlySpan<byte> text, ref TSink sink)
        where TSink : struct, IOutlineSink, allows ref struct
    {
        byte* tail = stackalloc byte[ReadBytes];
        bool isTorn = false;
        fixed (byte* bytes = text)
        {
            for (int position = 0; position < text.Length;)
            {
                byte* source = bytes + position;
                int left = text.Length - position;
                ulong inside = ulong.MaxValue;
                if (left < ReadBytes)
                {
                    inside = ulong.MaxValue >> (WindowBytes - left);
                    if (((nuint)source & (Normalizer.PageBytes - 1)) > Normalizer.PageBytes - ReadBytes)
                    {
                        text[position..].CopyTo(new Span<byte>(tail, ReadBytes));
                        source = tail;
                    }
                }

                ulong blank = BlankMask(source, inside, ref isTorn, out int read);
                Vector256<byte> ones = Vector256.Create((byte)'1');
                Vector256<byte> low = Vector256.ConditionalSelect(WindowScan256.Bytes((uint)blank), ones, Vector256.Load(source));
                Vector256<byte> high = Vector256.ConditionalSelect(WindowScan256.Bytes((uint)(blank >> 32)), ones, Vector256.Load(source + HalfBytes));
                sink.Add(low, high, Math.Min(read, left));
                position += read;
            }
        }
    }

    /// <summary>What to blank of a window: what is folded, and all behind its last break.</summary>
    /// <remarks>That leaves no gap in the outline: where a text ends follows from its length, and where an earlier window ends from its last break.</remarks>
    /// <param name="source"><see cref="ReadBytes"/> bytes.</param>
    /// <param name="inside">The bytes of the text.</param>
    /// <param name="isTorn">Whether the window before had no break, so that what begins there may go on here; of this window, when it returns.</param>
    /// <param name="read">Bytes up to and with the last break, 1 to <see cref="WindowBytes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong BlankMask(byte* source, ulong inside, ref bool isTorn, out int read)
    {
        Vector256<byte> low = Vector256.Load(source);
        Vector256<byte> high = Vector256.Load(source + HalfBytes);
        Vector256<byte> lowerLow = low | Vector256.Create((byte)0x20);
        Vector256<byte> lowerHigh = high | Vector256.Create((byte)0x20);
        ulong digit = WindowScan256.Bits(WindowScan256.In(low, '0', '9'), WindowScan256.In(high, '0', '9')) & inside;
        ulong letter = WindowScan256.Bits(WindowScan256.In(lowerLow, 'a', 'z'), WindowScan256.In(lowerHigh, 'a', 'z')) & inside;
        ulong joiner = WindowScan256.Bits(WindowScan256.Joiner(low), WindowScan256.Joiner(high)) & inside;
        ulong breaks = ~(digit | letter | joiner);
        read = WindowBytes;
        if (breaks == 0)
        {
            isTorn = true;
            return 0;
        }

        ulong hexLetter = WindowScan256.Bits(WindowScan256.In(lowerLow, 'a', 'f'), WindowScan256.In(lowerHigh, 'a', 'f')) & inside;
        Vector256<byte> prefixLow = WindowScan256.Is(low, '0') & WindowScan256.Is(Vector256.Load(source + 1) | Vector256.Create((byte)0x20), 'x');
        Vector256<byte> prefixHigh = WindowScan256.Is(high, '0') & WindowScan256.Is(Vector256.Load(source + 1 + HalfBytes) | Vector256.Create((byte)0x20), 'x');
        Vector256<byte> percentLow = WindowScan256.Is(low, '%');
        Vector256<byte> percentHigh = WindowScan256.Is(high, '%');
        ulong prefixes = 0;
        ulong percent = 0;
        if ((prefixLow | prefixHigh | percentLow | percentHigh) != Vector256<byte>.Zero)
        {
            prefixes = WindowScan256.Bits(prefixLow, prefixHigh) & (letter >> 1);
            percent = WindowScan256.Bits(percentLow, percentHigh) & inside;
        }

        ulong folded = Folded(digit, letter, joiner, hexLetter, prefixes, percent);
        folded = isTorn ? folded & ~(breaks ^ (breaks - 1)) : folded;
        isTorn = false;
        int unused = BitOperations.LeadingZeroCount(breaks);
        read -= unused;
        return folded | ~(ulong.MaxValue >> unused & inside);
    }

    /// <summary>The bytes of a window that any digit could stand for. <see cref="NumberFolding"/> has the rules; what is not sure stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Folded(ulong digit, ulong letter, ulong joiner, ulong hexLetter, ulong prefixes, ulong percent)
    {
        ulong word = digit | letter;
        ulong starts = word & ~(word << 1);
        ulong ends = word + starts;

        // A run of digits becomes a mark, or all but its first become ones; before a percent sign they stay.
        ulong led = starts & digit;
        ulong two = digit >> 1;
        ulong three = two & (digit >> 2);
        ulong four = three & (digit >> 3);
        ulong joinedBefore = (joiner << 1) & (digit << 2);
        ulong joinedBehind = joiner & two;
        joinedBehind = (joinedBehind >> 1) | (two & (joinedBehind >> 2)) | (three & (joinedBehind >> 3));
        ulong first = led & (~(four | joinedBefore | joinedBehind) | prefixes);
        ulong folded = digit & ~first;
        if (percent != 0)
        {
            ulong exact = percent & ((first << 1) | ((digit << 1) & ((first << 2) | ((digit << 2) & (first << 3)))));
            folded &= ~(exact >> 1) & ~(exact >> 2);
        }

        // Hexadecimal: four or more of both kinds, or behind 0x, as in NumberFolding.
        ulong hex = digit | hexLetter;
        ulong digitEnds = (digit + led) & ends;
        ulong hexEnds = (hex + (starts & hex)) & ends;
        ulong hexLetterEnds = (hexLetter + (starts & hexLetter)) & ends;
        ulong ids = hexEnds & ~digitEnds & ~hexLetterEnds;
        prefixes &= starts;
        if ((ids | prefixes) == 0)
        {
            return folded;
        }

        ulong word4 = word & (word << 1);
        word4 = (word4 & (word4 << 2)) << 1;
        ids = (ids & word4) | ((hex + ((prefixes << 2) & hex)) & ~hex & ends);
        ulong idStarts = Bmi2.X64.ParallelBitDeposit(Bmi2.X64.ParallelBitExtract(ids, ends), starts);

        // Short numbers ask whether the byte behind a joiner is a digit: there an id's first or last byte stays what it is.
        ulong lasts = ids & joiner & ((led & ~four & ~idStarts) >> 1);
        ulong firsts = idStarts & ((digitEnds & joiner & ~word4) << 1);
        return folded | ((ids - idStarts) & ~(lasts >> 1) & ~firsts & ~prefixes & ~(prefixes << 1));
    }
}
