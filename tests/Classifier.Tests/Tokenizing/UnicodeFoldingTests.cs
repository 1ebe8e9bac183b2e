using System.Globalization;
using System.Text;
using Classifier.Tokenizing;

namespace Classifier.Tests.Tokenizing;

/// <summary>The written tables against the framework's own, where it has any: its Unicode is younger, so only what both know is compared.</summary>
public class UnicodeFoldingTests
{
    [Fact]
    public void Kind_CodePointsOfBothVersions_AgreesWithTheirCategory()
    {
        int differences = 0;
        foreach (Rune rune in All())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool agrees = UnicodeFolding.Kind(rune.Value) switch
            {
                FoldKind.Drop => category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
                    || rune.Value == 0xFFFD || IsYounger(category),
                FoldKind.Space => category is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    || rune.Value is '\t' or '\n' or '\r',
                FoldKind.Punctuation => Rune.IsPunctuation(rune) || (rune.IsAscii && Rune.IsSymbol(rune)),
                FoldKind.Mark or FoldKind.MarkStarter => category == UnicodeCategory.NonSpacingMark,
                FoldKind.Ordered => category == UnicodeCategory.SpacingCombiningMark,
                _ => Rune.IsLetterOrDigit(rune) || Rune.IsNumber(rune) || Rune.IsSymbol(rune)
                    || category is UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark,
            };
            differences += agrees ? 0 : 1;
        }

        // A handful of characters changed their category after Unicode 14.
        Assert.InRange(differences, 0, 20);

        // Drop stands for "not assigned yet" in the older version.
        static bool IsYounger(UnicodeCategory category) => category != UnicodeCategory.Surrogate;
    }

    [Theory]
    [InlineData('A', "a")]
    [InlineData('É', "e")]
    [InlineData('ǖ', "u")]
    [InlineData('İ', "i")]
    [InlineData('Σ', "σ")]
    [InlineData('ς', "ς")]
    [InlineData('ß', "ß")]
    [InlineData('ﬁ', "ﬁ")]
    [InlineData('Ω', "ω")]
    [InlineData('K', "k")]
    [InlineData('한', "\u1112\u1161\u11AB")]
    [InlineData('가', "\u1100\u1161")]
    [InlineData('豈', "豈")]
    [InlineData('≠', "=")]
    [InlineData('é', "e")]
    public void Fold_Letter_IsLowerAndBare(char letter, string expected)
    {
        Span<int> folded = stackalloc int[UnicodeFolding.FoldedCountMax];
        int count = UnicodeFolding.Fold(letter, folded);
        Assert.Equal(expected, string.Concat(folded[..count].ToArray().Select(char.ConvertFromUtf32)));
    }

    [Fact]
    public void Fold_UpperCaseOfPlainLetter_LowersAsTheFramework()
    {
        Span<int> folded = stackalloc int[UnicodeFolding.FoldedCountMax];
        foreach (Rune rune in All())
        {
            Rune lower = Rune.ToLowerInvariant(rune);
            if (lower != rune && UnicodeFolding.Kind(rune.Value) == FoldKind.Keep && UnicodeFolding.Fold(lower.Value, folded) == 1 && folded[0] == lower.Value)
            {
                Assert.Equal(1, UnicodeFolding.Fold(rune.Value, folded));
                Assert.Equal(lower.Value, folded[0]);
            }
        }
    }

    [Fact]
    public void CombiningClass_OrderedMark_IsThePublishedOne()
    {
        Assert.Equal(216, UnicodeFolding.CombiningClass(0x1D165));
        Assert.Equal(0, UnicodeFolding.CombiningClass('a'));
    }

    static IEnumerable<Rune> All() => Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(codePoint => new Rune(codePoint));
}
