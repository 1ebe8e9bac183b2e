using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Classifier.Tokenizing;
using Tests.Shared;

namespace Classifier.Tests.Tokenizing;

/// <summary>
/// Files of other people's tokenizers. The ids in <c>Fixtures/hugging-face-ids.jsonl</c> are those of Hugging Face's own library for the two small
/// tokenizers beside it and, for WordPiece, for a <c>tokenizer.json</c> around <c>models/vocab.txt</c>.
/// </summary>
public sealed class TokenizerFileTests
{
    static readonly string Folder = Repository.PathTo("tests", "Classifier.Tests", "Tokenizing", "Fixtures");
    static readonly JsonElement[] Lines = [.. File.ReadLines(Path.Combine(Folder, "hugging-face-ids.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    [Theory]
    [InlineData("byte_level", "byte-level.tokenizer.json")]
    [InlineData("unigram", "unigram.tokenizer.json")]
    public void Encode_OfALibrarysTokenizer_GivesTheIdsOfHuggingFace(string key, string file) => AssertIds(key, Load(Fixture(file)));

    [Theory]
    [InlineData("uncased", true, null, true)]
    [InlineData("accents", true, false, true)]
    [InlineData("cased", false, null, true)]
    [InlineData("ideographs", true, null, false)]
    public void Encode_OfAWordPieceFile_GivesTheIdsOfHuggingFace(string key, bool lower, bool? strip, bool ideographs)
    {
        ITokenizer tokenizer = Load(WordPiece(lower, strip, ideographs));
        Assert.IsType<WordPieceTokenizer>(tokenizer);
        AssertIds(key, tokenizer);
        Assert.Equal((30_522, "##ing"), (tokenizer.VocabularySize, tokenizer.Token(2075)));
    }

    [Fact]
    public void Encode_OfSplitAndByteLevel_IsByteLevel()
    {
        JsonObject file = Fixture("byte-level.tokenizer.json");
        file["pre_tokenizer"] = JsonNode.Parse("""
            {"type":"Sequence","pretokenizers":[
              {"type":"Split","pattern":{"Regex":"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},
              {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
            """);
        AssertIds("byte_level", Load(file));
    }

    [Fact]
    public void Encode_OfVocabularyAndMerges_IsByteLevel()
    {
        JsonNode model = Fixture("byte-level.tokenizer.json")["model"]!;
        string merges = "#version: 0.2\n" + string.Join('\n', model["merges"]!.AsArray().Select(merge => merge!.GetValue<string>()));
        AssertIds("byte_level", TokenizerFile.Load("vocab.json", Encoding.UTF8.GetBytes(model["vocab"]!.ToJsonString()), Encoding.UTF8.GetBytes(merges)));
    }

    [Fact]
    public void Encode_OfMergesAsPairs_IsTheSame()
    {
        JsonObject file = Fixture("byte-level.tokenizer.json");
        JsonArray merges = file["model"]!["merges"]!.AsArray();
        file["model"]!["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)new JsonArray([.. merge!.GetValue<string>().Split(' ').Select(part => (JsonNode)part)]))]);
        AssertIds("byte_level", Load(file));
    }

    /// <summary>Who writes logs must not be able to write the end of a row.</summary>
    [Theory]
    [InlineData("byte-level.tokenizer.json")]
    [InlineData("unigram.tokenizer.json")]
    public void Encode_OfSpecialTokensInAText_TakesThemForText(string file)
    {
        ITokenizer tokenizer = Load(Fixture(file));
        int[] ids = new int[96];
        int count = tokenizer.Encode("a </s> b <mask> <pad> c"u8, ids);
        Assert.Equal((0, 2), (ids[0], ids[count - 1]));
        Assert.DoesNotContain(ids[1..(count - 1)], id => id is 0 or 1 or 2 or 4 && tokenizer.Token(id).StartsWith('<'));
    }

    [Theory]
    [InlineData("byte-level.tokenizer.json")]
    [InlineData("unigram.tokenizer.json")]
    public void Encode_OfALongOrOddText_IsCutAndStillEnds(string file)
    {
        ITokenizer tokenizer = Load(Fixture(file));
        int[] ids = new int[8];
        byte[][] texts = [[], [.. Enumerable.Repeat((byte)' ', 1_000)], [.. Enumerable.Repeat((byte)'x', 1_100)], [0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0, 1],
            Encoding.UTF8.GetBytes("\u00A0 \u3000  \u2028 a\u200B"), [.. Enumerable.Range(0, 1_000).Select(i => (byte)i)]];
        foreach (byte[] text in texts)
        {
            int count = tokenizer.Encode(text, ids);
            Assert.InRange(count, 2, 8);
            Assert.Equal((0, 2), (ids[0], ids[count - 1]));
        }
    }

    [Theory]
    [InlineData("byte-level.tokenizer.json")]
    [InlineData("unigram.tokenizer.json")]
    public async Task Encode_OnSeveralThreads_GivesTheSame(string file)
    {
        ITokenizer tokenizer = Load(Fixture(file));
        string[] first = [.. Lines.Select(line => Encode(tokenizer, line.GetProperty("text").GetString()!))];
        string[][] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Lines.Select(line => Encode(tokenizer, line.GetProperty("text").GetString()!)).ToArray())));
        Assert.All(all, each => Assert.Equal(first, each));
    }

    [Theory]
    [InlineData("byte-level.tokenizer.json", "pre_tokenizer", """{"type":"Whitespace"}""", "pre_tokenizer of a BPE model is 'Whitespace'")]
    [InlineData("byte-level.tokenizer.json", "normalizer", """{"type":"NFKD"}""", "normalizer 'NFKD' is not supported")]
    [InlineData("byte-level.tokenizer.json", "post_processor", "null", "post_processor '' is not supported")]
    [InlineData("byte-level.tokenizer.json", "post_processor", """{"type":"RobertaProcessing","sep":["</s>",99999],"cls":["<s>",0]}""", "A special token's id is beyond the vocabulary")]
    [InlineData("byte-level.tokenizer.json", "post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}],"special_tokens":{}}""", "puts 0 special tokens around a text")]
    [InlineData("byte-level.tokenizer.json", "model", """{"type":"WordLevel","vocab":{}}""", "model.type 'WordLevel' is not supported")]
    [InlineData("byte-level.tokenizer.json", "model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "the id of 'a' is not a number")]
    [InlineData("byte-level.tokenizer.json", "model", """{"type":"BPE","vocab":{"a":0}}""", "not a tokenizer")]
    [InlineData("unigram.tokenizer.json", "pre_tokenizer", """{"type":"Metaspace","prepend_scheme":"never"}""", "must be Metaspace that prepends a space")]
    [InlineData("unigram.tokenizer.json", "model", """{"type":"Unigram","unk_id":7,"vocab":[["a",0.0]]}""", "model.unk_id must be")]
    public void Load_OfWhatIsNotSupported_SaysWhat(string file, string part, string value, string problem)
    {
        JsonObject changed = Fixture(file);
        changed[part] = JsonNode.Parse(value);
        Assert.Contains("tokenizer.json: ", Refusal(changed), StringComparison.Ordinal);
        Assert.Contains(problem, Refusal(changed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("normalizer", """{"type":"BertNormalizer","clean_text":false}""", "must be BertNormalizer with clean_text")]
    [InlineData("normalizer", """{"type":"BertNormalizer","lowercase":false,"strip_accents":true}""", "strip_accents without normalizer.lowercase")]
    [InlineData("pre_tokenizer", """{"type":"Whitespace"}""", "must be BertPreTokenizer")]
    [InlineData("post_processor", """{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",7]}""", "must put [CLS] before a text")]
    [InlineData("model", """{"type":"WordPiece","unk_token":"<unk>","vocab":{"a":0}}""", "model.unk_token is '<unk>', must be '[UNK]'")]
    [InlineData("model", """{"type":"WordPiece","max_input_chars_per_word":7,"vocab":{"a":0}}""", "must be 100")]
    public void Load_OfAWordPieceFileThatIsNotBert_SaysWhat(string part, string value, string problem)
    {
        JsonObject changed = WordPiece(lower: true, strip: null, ideographs: true);
        changed[part] = JsonNode.Parse(value);
        Assert.Contains(problem, Refusal(changed), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json", "{", "not a tokenizer")]
    [InlineData("tokenizer.json", "[]", "must be an object")]
    [InlineData("vocab.json", """{"a":0}""", "needs merges.txt")]
    [InlineData("spiece.model", "nonsense", "not a SentencePiece model")]
    [InlineData("spiece.model", "", "SentencePiece model")]
    public void Load_OfAnotherFile_SaysWhat(string name, string content, string problem)
    {
        string message = Assert.Throws<InvalidDataException>(() => TokenizerFile.Load(name, Encoding.UTF8.GetBytes(content), [])).Message;
        Assert.StartsWith($"{name}: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    internal static JsonObject Fixture(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.AsObject();

    /// <summary>A <c>tokenizer.json</c> around the shipped vocabulary.</summary>
    internal static JsonObject WordPiece(bool lower, bool? strip, bool ideographs) => new()
    {
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = new JsonObject
        {
            ["type"] = "BertNormalizer",
            ["clean_text"] = true,
            ["handle_chinese_chars"] = ideographs,
            ["strip_accents"] = strip,
            ["lowercase"] = lower,
        },
        ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
        ["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]}"""),
        ["model"] = new JsonObject
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["continuing_subword_prefix"] = "##",
            ["max_input_chars_per_word"] = 100,
            ["vocab"] = new JsonObject(File.ReadAllText(Repository.PathTo("models", "vocab.txt")).TrimEnd('\n').Split('\n')
                .Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
        },
    };

    static ITokenizer Load(JsonObject file) => TokenizerFile.Load("tokenizer.json", Encoding.UTF8.GetBytes(file.ToJsonString()), []);

    static string Refusal(JsonObject file) => Assert.Throws<InvalidDataException>(() => Load(file)).Message;

    static void AssertIds(string key, ITokenizer tokenizer) => Assert.All(Lines, line => Assert.Equal(
        (line.GetProperty("text").GetString(), string.Join(' ', line.GetProperty(key).EnumerateArray())),
        (line.GetProperty("text").GetString(), Encode(tokenizer, line.GetProperty("text").GetString()!))));

    static string Encode(ITokenizer tokenizer, string text)
    {
        int[] ids = new int[512];
        return string.Join(' ', ids[..tokenizer.Encode(Encoding.UTF8.GetBytes(text), ids)]);
    }
}
