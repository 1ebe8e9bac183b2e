using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

/// <summary>Rules c and d (words with digits, joined marks) for a window at once, in arithmetic on masks.</summary>
/// <remarks>
/// A bit at the start of a run, added to the run, carries to the bit behind its end: a word is "all digits" when the digit run that begins
/// at its start ends where the word ends. So each question about a word is answered at one of its ends, for all words of the window together.
/// The window ends in a byte which is neither of a word nor a joiner nor a mark; bits beyond it do no harm, and what they give means nothing.
/// </remarks>
readonly ref struct NumberFolding
{
    /// <summary>Bytes that become <c>#</c>: the first of each number or id.</summary>
    public readonly ulong Marks;

    /// <summary>Bytes that become <c>0</c>.</summary>
    public readonly ulong Zeros;

    /// <summary>Bytes that vanish.</summary>
    public readonly ulong Deleted;

    /// <summary>Marks that stand right behind another mark: with two or more, rule e must look at the result.</summary>
    public readonly ulong Touching;

    /// <param name="masks">Of the window.</param>
    /// <param name="numbers">The window's other classes.</param>
    /// <param name="hexPrefixes">The <c>x</c> of each <c>0x</c> at the start of a word.</param>
    /// <param name="marks">The <c>#</c> that are there already.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public NumberFolding(in WindowMasks masks, in NumberMasks numbers, ulong hexPrefixes, ulong marks)
    {
        ulong digit = masks.Digit;
        ulong letter = masks.Letter;
        ulong joiner = masks.Joiner;
        ulong word = digit | letter;
        ulong starts = word & ~(word << 1);
        ulong ends = word + starts;

        // Digit runs at the start of a word, at the byte behind the run.
        ulong led = starts & digit;
        ulong runEnds = (digit + led) & ~digit;
        ulong joinedBefore = (digit + (led & (joiner << 1) & (digit << 2))) & ~digit;
        ulong long4 = digit & (digit << 1);
        long4 = (long4 & (long4 << 2)) << 1;

        // Only digits.
        ulong pure = runEnds & ~letter;
        ulong pureMark = pure & (joinedBefore | (joiner & (digit >> 1)) | long4);
        ulong percent = pure & numbers.Percent;

        // Hexadecimal: four or more of both kinds, or behind 0x.
        ulong hex = digit | numbers.HexLetter;
        ulong word4 = word & (word << 1);
        word4 = (word4 & (word4 << 2)) << 1;
        ulong hexEnds = (hex + (starts & hex)) & ends;
        ulong hexLetterEnds = (numbers.HexLetter + (starts & numbers.HexLetter)) & ends;
        ulong opaque = (hexEnds & word4 & ~pure & ~hexLetterEnds) | ((hex + ((hexPrefixes << 1) & hex)) & ~hex & ends);

        // One to three digits, then letters to the end.
        ulong unit = (letter + (runEnds & letter & ~joinedBefore & ~long4)) & ~letter & ends;

        ulong markEnds = pureMark | opaque;
        Spans(word, starts, ends, markEnds, markEnds | pure | unit, out ulong marked, out ulong handled);

        // What is left are runs of digits inside other words.
        ulong folded = marked | (digit & ~handled);
        ulong first = folded & ~(folded << 1);
        ulong allMarks = folded | marks;
        ulong allFirst = first | marks;
        ulong joined = allFirst & (joiner << 1) & (allMarks << 2);

        Marks = first;
        Zeros = handled & ~marked & digit & ~starts & ~(percent >> 1) & ~(percent >> 2);
        Deleted = (folded & ~first) | joined | (joined >> 1);
        Touching = allFirst & (allMarks << 1);
    }

    /// <summary>The bytes of the words that end at the given ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spans(ulong word, ulong starts, ulong ends, ulong endsA, ulong endsB, out ulong spanA, out ulong spanB)
    {
        if (Bmi2.X64.IsSupported)
        {
            // The n-th start belongs to the n-th end, and end - start is the run between the two.
            spanA = endsA - Bmi2.X64.ParallelBitDeposit(Bmi2.X64.ParallelBitExtract(endsA, ends), starts);
            spanB = endsB - Bmi2.X64.ParallelBitDeposit(Bmi2.X64.ParallelBitExtract(endsB, ends), starts);
            return;
        }

        spanA = Fill(word, endsA >> 1);
        spanB = Fill(word, endsB >> 1);
    }

    /// <summary>From the last bytes of runs down to their first.</summary>
    internal static ulong Fill(ulong runs, ulong last)
    {
        for (int step = 1; step < 64; step <<= 1)
        {
            last |= runs & (last >> step);
            runs &= runs >> step;
        }

        return last;
    }
}
