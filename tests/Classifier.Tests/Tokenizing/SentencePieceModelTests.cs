using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Classifier.Normalizing;
using Classifier.Tokenizing;
using Tests.Shared;

namespace Classifier.Tests.Tokenizing;

/// <summary>Models as SentencePiece's own trainer writes them, with its tables for folding Unicode: the ids are those of its own encoder.</summary>
public sealed class SentencePieceModelTests : IDisposable
{
    static readonly string[] OddTexts =
    [
        "", " ", "  two  spaces  ", "ﬁle ﬂow", "full－width Ａｂｃ １２３", "café cafe\u0301", "①②③ ㎏ ™", "日本語のログ 数据库连接失败", "zero\u200Bwidth\u200D\uFEFF", "tab\there",
        "emoji 😀 🇩🇪", "\u0627\u0644\u0633\u0644\u0627\u0645", "<s> </s> <unk>", "▁already", "\u0001control\u007F", "ǆ ß İ ſ",
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("collector-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("unigram", "nmt_nfkc")]
    [InlineData("unigram", "nmt_nfkc_cf")]
    [InlineData("unigram", "identity")]
    [InlineData("bpe", "nmt_nfkc")]
    [InlineData("bpe", "identity")]
    public async Task Encode_OfATrainedModel_GivesTheIdsOfItsOwnEncoder(string type, string normalization)
    {
        if (!File.Exists("/usr/bin/spm_train"))
        {
            return;
        }

        string[] lines = [.. File.ReadLines(Repository.PathTo("models", "dev.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("msg").GetString()!.ReplaceLineEndings(" "))];
        string corpus = Path.Combine(_folder, "corpus");
        await File.WriteAllLinesAsync(corpus, lines);
        string model = Path.Combine(_folder, "model");
        await RunAsync("spm_train", "", "--input=" + corpus, "--model_prefix=" + model, "--vocab_size=2000", "--model_type=" + type, "--normalization_rule_name=" + normalization, "--hard_vocab_limit=false", "--minloglevel=2");

        // As the model is asked: of white space and control characters single blanks are left by then.
        string[] texts = [.. OddTexts.Concat(lines).Append(normalization == "identity" ? "" : "non\u00A0breaking").Select(Normalized)];
        string[] expected = (await RunAsync("spm_encode", string.Join('\n', texts) + "\n", $"--model={model}.model", "--output_format=id")).Split('\n');
        ITokenizer tokenizer = TokenizerFile.Load("spiece.model", await File.ReadAllBytesAsync(model + ".model"), []);
        int[] ids = new int[1024];
        List<string> different = [];
        for (int i = 0; i < texts.Length; i++)
        {
            int count = tokenizer.Encode(Encoding.UTF8.GetBytes(texts[i]), ids);
            string found = string.Join(' ', ids[1..(count - 1)].Select(id => id.ToString(CultureInfo.InvariantCulture)));
            if (expected[i] != found)
            {
                different.Add($"{texts[i]}\n{expected[i]}\n{found}");
            }
        }

        // The library's BPE joins a run of one letter (www, 000) from its other end: 9 of these lines.
        Assert.True(different.Count <= (type == "bpe" ? texts.Length / 100 : 0), string.Join('\n', different));
    }

    /// <summary>Whatever the bytes of the table: a text comes out, and nothing is read beyond its end.</summary>
    [Fact]
    public void Apply_OfADamagedTable_GivesAText()
    {
        Random random = new(20_261_126);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] table = new byte[random.Next(4, 200)];
            random.NextBytes(table);
            BitConverter.TryWriteBytes(table, random.Next(4, Math.Max(5, table.Length - 4)));
            try
            {
                Assert.NotNull(CharsMap.Read(table)?.Apply("aé日😀\uD800 x"));
            }
            catch (InvalidDataException)
            {
                Assert.InRange(table.Length, 4, 8);
            }
        }

        Assert.Null(CharsMap.Read([]));
        Assert.Throws<InvalidDataException>(() => CharsMap.Read([9, 0, 0, 0, 1, 2, 3, 4]));
    }

    static string Normalized(string text)
    {
        byte[] normalized = new byte[Normalizer.TextBytesMax];
        return Encoding.UTF8.GetString(normalized, 0, Normalizer.Normalize([], Encoding.UTF8.GetBytes(text), normalized));
    }

    static async Task<string> RunAsync(string program, string input, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = Encoding.UTF8 };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, process.ExitCode);
        return await output;
    }
}
