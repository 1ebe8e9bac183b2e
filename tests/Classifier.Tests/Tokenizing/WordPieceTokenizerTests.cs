using System.Text;
using Classifier.Tests.Shared;
using Classifier.Tokenizing;
using Tests.Shared;

namespace Classifier.Tests.Tokenizing;

public class WordPieceTokenizerTests
{
    // max_tokens of models/model.json.
    const int TokensMax = 96;

    static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Load(File.ReadAllBytes(Repository.PathTo("models", "vocab.txt")));

    [Fact]
    public void Encode_EveryVector_GivesTheReferenceIds()
    {
        int[] ids = new int[TokensMax];
        foreach (ModelVector vector in ModelVectors.All)
        {
            int count = Tokenizer.Encode(vector.Text, ids);
            Assert.Equal(vector.Ids, ids[..count]);
        }
    }

    [Fact]
    public void Encode_LongText_IsCutAndStillEnds()
    {
        int[] ids = new int[5];
        int count = Tokenizer.Encode("one two three four five six"u8, ids);
        Assert.Equal(5, count);
        Assert.Equal(101, ids[0]);
        Assert.Equal(102, ids[4]);
    }

    [Fact]
    public void Encode_NoRoom_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Encode("x"u8, new int[1]));

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\nx\n", "no [SEP]")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\nx\ny\nx\n", "Line 7 of the vocabulary repeats line 5: x")]
    [InlineData("[PAD]\n[UNK]\n\n[CLS]\n[SEP]\n", "Line 3 of the vocabulary is empty")]
    public void Load_NoVocabulary_SaysWhatIsWrong(string vocab, string message)
    {
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => WordPieceTokenizer.Load(Encoding.UTF8.GetBytes(vocab)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
