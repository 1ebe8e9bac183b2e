using System.Text;
using Classifier.Tests.Shared;
using Classifier.Tokenizing;
using Tests.Shared;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;

namespace Classifier.Tests.Tokenizing;

/// <summary>Where Microsoft.ML.Tokenizers departs from the rules of the original: with an update of theirs, these lists may become shorter.</summary>
public class SecondOpinionTests
{
    // They keep these in the word, or lose them, where the original makes each a word of its own or a space.
    const string AsciiThatDiffers = "\t\n\r$+<=>^_`|~";

    static readonly string VocabularyPath = Repository.PathTo("models", "vocab.txt");
    static readonly WordPieceTokenizer Ours = WordPieceTokenizer.Load(File.ReadAllBytes(VocabularyPath));
    static readonly BertTokenizer Theirs = BertTokenizer.Create(VocabularyPath);

    [Fact]
    public void Encode_AsciiCharacterBetweenWords_DiffersForThese()
    {
        string differs = string.Concat(Enumerable.Range(1, 126).Select(c => (char)c).Where(c => !AreSame($"ab{c}cd")));
        Assert.Equal(AsciiThatDiffers, differs);
    }

    [Theory]
    [InlineData("Zürich Ångström naïve", false)]
    [InlineData("连接失败 error", true)]
    [InlineData("Ошибка соединения", true)]
    [InlineData("Ελληνικός ΣΑΣ", false)]
    [InlineData("İstanbul", false)]
    [InlineData("각 한국어", false)]
    [InlineData("x\u00A0y\u2028z", true)]
    [InlineData("caf\u200Be", false)]
    [InlineData("a\uFFFDb", true)]
    [InlineData("price 5€ → 6", false)]
    [InlineData("👍 done", false)]
    [InlineData("[CLS] x [SEP]", false)]
    public void Encode_KindsOfText_SameOrNot(string text, bool same) => Assert.Equal(same, AreSame(text));

    [Fact]
    public void Encode_AsciiLineWithoutThese_IsTheSame()
    {
        IEnumerable<string> lines = LogLines.Shipped.Select(line => Encoding.Latin1.GetString(line.Body))
            .Where(line => !line.Contains("[CLS]", StringComparison.Ordinal) && line.All(c => c is >= ' ' and < '\x7F' && !AsciiThatDiffers.Contains(c, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => !AreSame(line));
    }

    static bool AreSame(string text)
    {
        int[] ids = new int[4096];
        int count = Ours.Encode(Encoding.UTF8.GetBytes(text), ids);
        return ids.Take(count).SequenceEqual(Theirs.EncodeToIds(text));
    }
}
