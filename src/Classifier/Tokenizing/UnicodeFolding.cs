namespace Classifier.Tokenizing;

/// <summary>Lower case, NFD and the classes of BERT's uncased rules, code point by code point.</summary>
/// <remarks>
/// Own tables, since the framework has neither NFD nor U+0130 in invariant globalization, and so that ids do not move with its Unicode version.
/// Unpacked to 128 code points a block when the first character beyond ASCII comes: about 100 KB. Safe on any thread.
/// </remarks>
static partial class UnicodeFolding
{
    /// <summary>Code points that one code point can become.</summary>
    public const int FoldedCountMax = 3;

    const int BlockBits = 7;
    const int BlockSize = 1 << BlockBits;
    const int CodePoints = 0x110000;
    const int KindMask = 15;
    const int HangulFirst = 0xAC00;
    const int HangulVowels = 21;
    const int HangulTrails = 28;

    // Entries: kind | index into Targets << 4; 0 in the index is "stays as it is".
    static readonly ushort[] Blocks;
    static readonly ushort[] Entries;
    static readonly int[] Targets;

    static UnicodeFolding()
    {
        List<int> targets = [0];
        Dictionary<int, int> folds = ReadFolds(targets);
        List<ushort> entries = [];
        Dictionary<int, ushort> uniform = [];
        Blocks = new ushort[CodePoints >> BlockBits];
        Span<ushort> block = stackalloc ushort[BlockSize];
        int run = 0;
        for (int first = 0; first < CodePoints; first += BlockSize)
        {
            bool same = true;
            for (int i = 0; i < BlockSize; i++)
            {
                while (run + 1 < Kinds.Length && Kinds[run + 1] >> 4 <= first + i)
                {
                    run++;
                }

                block[i] = (ushort)((Kinds[run] & KindMask) | (folds.GetValueOrDefault(first + i) << 4));
                same &= block[i] == block[0];
            }

            if (!same || !uniform.TryGetValue(block[0], out ushort index))
            {
                index = (ushort)(entries.Count >> BlockBits);
                entries.AddRange(block);
                if (same)
                {
                    uniform[block[0]] = index;
                }
            }

            Blocks[first >> BlockBits] = index;
        }

        Entries = [.. entries];
        Targets = [.. targets];
    }

    /// <summary>The kind of a code point, 0 to 0x10FFFF.</summary>
    public static FoldKind Kind(int codePoint) => (FoldKind)(Entry(codePoint) & KindMask);

    /// <summary>The code points that one becomes, in NFD's order, marks left out.</summary>
    /// <param name="codePoint">Of a kind that stays in the text.</param>
    /// <param name="folded">Room for <see cref="FoldedCountMax"/>.</param>
    /// <returns>How many.</returns>
    public static int Fold(int codePoint, Span<int> folded)
    {
        int entry = Entry(codePoint);
        if ((entry & KindMask) == (int)FoldKind.HangulSyllable)
        {
            return FoldHangul(codePoint - HangulFirst, folded);
        }

        int target = entry >> 4;
        if (target == 0)
        {
            folded[0] = codePoint;
            return 1;
        }

        int count = Targets[target] >> 24;
        folded[0] = Targets[target] & 0xFFFFFF;
        for (int i = 1; i < count; i++)
        {
            folded[i] = Targets[target + i];
        }

        return count;
    }

    /// <summary>Canonical combining class of a code point that can stay in a word.</summary>
    public static int CombiningClass(int codePoint)
    {
        if (Kind(codePoint) == FoldKind.Ordered)
        {
            foreach (int item in CombiningClasses)
            {
                if (item >> 8 == codePoint)
                {
                    return item & 0xFF;
                }
            }
        }

        return 0;
    }

    static int Entry(int codePoint) => Entries[(Blocks[codePoint >> BlockBits] << BlockBits) | (codePoint & (BlockSize - 1))];

    /// <summary>Unicode Standard, section 3.12: syllable to leading consonant, vowel and perhaps a trailing consonant.</summary>
    static int FoldHangul(int index, Span<int> folded)
    {
        folded[0] = 0x1100 + (index / (HangulVowels * HangulTrails));
        folded[1] = 0x1161 + (index / HangulTrails % HangulVowels);
        int trail = index % HangulTrails;
        folded[2] = 0x11A7 + trail;
        return trail == 0 ? 2 : 3;
    }

    /// <summary>Code point to the place of its targets: the first with the count in its highest byte.</summary>
    static Dictionary<int, int> ReadFolds(List<int> targets)
    {
        Dictionary<int, int> folds = [];
        for (int i = 0; i < FoldRuns.Length; i += 4)
        {
            for (int codePoint = FoldRuns[i]; codePoint <= FoldRuns[i + 1]; codePoint += FoldRuns[i + 2])
            {
                folds[codePoint] = targets.Count;
                targets.Add((1 << 24) | (codePoint - FoldRuns[i] + FoldRuns[i + 3]));
            }
        }

        for (int i = 0; i < FoldPairs.Length; i += 2)
        {
            folds[FoldPairs[i]] = targets.Count;
            targets.Add((1 << 24) | FoldPairs[i + 1]);
        }

        for (int i = 0; i < LongFolds.Length; i += 2 + LongFolds[i + 1])
        {
            folds[LongFolds[i]] = targets.Count;
            targets.Add((LongFolds[i + 1] << 24) | LongFolds[i + 2]);
            targets.AddRange(LongFolds.Slice(i + 3, LongFolds[i + 1] - 1));
        }

        return folds;
    }
}
