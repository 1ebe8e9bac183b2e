using Classifier.Tests.Shared;
using Classifier.Tests.Tokenizing;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Classifier.Tests.Models;

/// <summary>Whatever is wrong with a model's folder: the classifier is made, says so in one line, and answers with the declared severity.</summary>
public sealed class ModelFolderTests
{
    [Fact]
    public async Task Create_OfAWholeFolder_HasNoProblem()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path);
        await using LogClassifier classifier = Create(folder);
        Assert.Null(classifier.Problem);
        Assert.Equal("tiny", classifier.ModelName);
        Assert.Equal(VerdictSource.Model, classifier.ClassifyNow("app"u8, "error"u8, 9).Source);
    }

    [Fact]
    public async Task Create_WithTokenTypes_GivesThemToo()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(extraInput: "token_type_ids"));
        await using LogClassifier classifier = Create(folder);
        Assert.Null(classifier.Problem);
        Assert.Equal(VerdictSource.Model, classifier.ClassifyNow("app"u8, "error"u8, 9).Source);
    }

    [Fact]
    public async Task Create_OfTheShippedModelAsAFolder_AnswersAsTheBuiltInOne()
    {
        await using LogClassifier folder = LogClassifier.Create(new ClassifierOptions { ModelFolder = Repository.PathTo("models") }, NullLogger.Instance);
        await using LogClassifier builtIn = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        Assert.Null(folder.Problem);
        Assert.Equal(builtIn.ModelHash, folder.ModelHash);
        Assert.Equal(builtIn.ClassifyNow("sshd"u8, "Failed password for root"u8, 0), folder.ClassifyNow("sshd"u8, "Failed password for root"u8, 0));
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("tiny.onnx")]
    [InlineData("vocab.txt")]
    public async Task Create_WithAFileMissing_NamesIt(string file)
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path);
        File.Delete(folder[file]);
        await AssertDegraded(folder, $"{folder[file]}: not found");
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("tiny.onnx")]
    public async Task Create_WithAFileCutAnywhere_NamesIt(string file)
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path);
        byte[] whole = File.ReadAllBytes(folder[file]);

        // Protobuf has no end mark: a cut can leave a valid, smaller network, but never one with all its parts.
        for (int length = 0; length < whole.Length - 8; length += 7)
        {
            File.WriteAllBytes(folder[file], whole[..length]);
            await AssertDegraded(folder, file);
        }
    }

    [Fact]
    public async Task Create_WithTheShippedNetworkCut_NamesIt()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["model.json"], TinyModel.Card);
        File.Copy(Repository.PathTo("models", "vocab.txt"), folder["vocab.txt"]);
        File.WriteAllBytes(folder["tiny.onnx"], File.ReadAllBytes(Repository.PathTo("models", "severity.onnx")).AsSpan(0, 5_000_000));
        await AssertDegraded(folder, "tiny.onnx");
    }

    [Fact]
    public async Task Create_WithAnotherHash_SaysBoth()
    {
        using TemporaryFolder folder = new();
        string hash = new('a', 64);
        TinyModel.Write(folder.Path, card: TinyModel.Card.Replace("\"name\"", $"\"sha256\":{{\"tiny.onnx\":\"{hash}\"}},\"name\"", StringComparison.Ordinal));
        await AssertDegraded(folder, $"model.json says {hash}");
    }

    [Theory]
    [InlineData("\"max_tokens\":16", "\"max_tokens\":4", "'max_tokens' must be a number from 8 to 512")]
    [InlineData("\"max_tokens\":16,", "", "'max_tokens' is missing")]
    [InlineData("\"debug\"", "\"fatal\"", "'severities' holds 'fatal' (known: debug, info, warning, error, critical)")]
    [InlineData("\"debug\"", "\"info\"", "'severities' holds 'info' twice")]
    [InlineData("\"tiny.onnx\"", "\"../tiny.onnx\"", "'file' must be the name of a file in the same folder")]
    [InlineData("\"name\":\"tiny\"", "\"name\":7", "'name' must be a text")]
    [InlineData("\"name\"", "\"lower_case\":false,\"name\"", "'lower_case' must be true")]
    [InlineData("\"name\"", "\"critical_threshold\":1.5,\"name\"", "'critical_threshold' must be a number from 0 to 1")]
    [InlineData("{\"name\"", "[{\"name\"", "model.json")]
    public async Task Create_WithAWrongCard_SaysWhat(string old, string changed, string problem)
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, card: TinyModel.Card.Replace(old, changed, StringComparison.Ordinal));
        await AssertDegraded(folder, problem);
    }

    [Fact]
    public async Task Create_WithFewerOutputsThanLabels_SaysSo()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(severities: 4));
        await AssertDegraded(folder, "output 'severity_logits' is float [free, 4], must be float [batch, 5]");
    }

    [Fact]
    public async Task Create_WithAnotherOutput_NamesThoseThatThereAre()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(categoryOutput: "kind"));
        await AssertDegraded(folder, "output 'category_logits' is missing (there: severity_logits, kind)");
    }

    [Fact]
    public async Task Create_WithAnUnknownInput_NamesIt()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(extraInput: "pixels"));
        await AssertDegraded(folder, "input 'pixels' is not known");
    }

    [Fact]
    public async Task Create_WithFloatInputs_SaysSo()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(inputType: 1));
        await AssertDegraded(folder, "is float [free, free], must be int64 [batch, tokens]");
    }

    [Fact]
    public async Task Create_WithANetworkThatGivesNoNumbers_SaysSo()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, TinyModel.Network(weight: float.NaN));
        await AssertDegraded(folder, "gives no finite numbers");
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\ntwo\n")]
    public async Task Create_WithAForeignVocabulary_SaysSo(string vocabulary)
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, vocabulary: vocabulary);
        await AssertDegraded(folder, "ocabulary");
    }

    [Fact]
    public async Task Create_WithAVocabularyLargerThanTheNetworks_SaysSo()
    {
        using TemporaryFolder folder = new();
        string card = File.ReadAllText(Repository.PathTo("models", "model.json"));
        File.WriteAllText(folder["model.json"], card[..card.IndexOf(",\n \"sha256\"", StringComparison.Ordinal)] + "}");
        File.Copy(Repository.PathTo("models", "severity.onnx"), folder["severity.onnx"]);
        File.WriteAllText(folder["vocab.txt"], File.ReadAllText(Repository.PathTo("models", "vocab.txt")) + "onemore\n");
        await AssertDegraded(folder, "severity.onnx");
    }

    [Theory]
    [InlineData("\"text_base64\": \"", "\"text_base64\": \"AAAA", "the normalised text differs")]
    [InlineData("\"ids\": [101, ", "\"ids\": [101, 7, ", "the token ids differ")]
    [InlineData("\"severity_logits\": [", "\"severity_logits\": [9, ", "6 severity_logits, the model gives 5")]
    [InlineData("\"category_logits\": [", "\"category_logits\": [1", "category_logits[0] is ")]
    [InlineData("{", "[", "not a vector")]
    public async Task Create_WithAVectorThatDiffers_SaysWhichAndInWhat(string old, string changed, string problem)
    {
        using TemporaryFolder folder = new();
        foreach (string file in (string[])["model.json", "severity.onnx", "vocab.txt"])
        {
            File.Copy(Repository.PathTo("models", file), folder[file]);
        }

        string[] lines = [.. File.ReadLines(Repository.PathTo("models", "vectors.jsonl")).Take(3)];
        Assert.Contains(old, lines[2], StringComparison.Ordinal);
        int at = lines[2].IndexOf(old, StringComparison.Ordinal);
        lines[2] = lines[2][..at] + changed + lines[2][(at + old.Length)..];
        File.WriteAllLines(folder["vectors.jsonl"], lines);
        await AssertDegraded(folder, "vectors.jsonl: line 3: ");
        await AssertDegraded(folder, problem);
    }

    [Theory]
    [InlineData("byte-level.tokenizer.json")]
    [InlineData("unigram.tokenizer.json")]
    public async Task Create_WithALibrarysTokenizer_Answers(string file)
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path, card: TinyModel.Card.Replace("\"vocabulary\":\"vocab.txt\",", "", StringComparison.Ordinal));
        File.Delete(folder["vocab.txt"]);
        File.WriteAllText(folder["tokenizer.json"], TokenizerFileTests.Fixture(file).ToJsonString());
        await using LogClassifier classifier = Create(folder);
        Assert.Null(classifier.Problem);
        Assert.Equal(VerdictSource.Model, classifier.ClassifyNow("app"u8, "connection lost"u8, 9).Source);
        IReadOnlyList<string> tokens = classifier.Explain("app"u8, "connection lost"u8, 9).Tokens;
        Assert.Equal(("<s>", "</s>"), (tokens[0], tokens[^1]));
    }

    [Fact]
    public async Task Create_WithTheShippedModelsVocabularyAsTokenizerJson_AnswersAsTheBuiltInOne()
    {
        using TemporaryFolder folder = new();
        File.Copy(Repository.PathTo("models", "severity.onnx"), folder["severity.onnx"]);
        File.Copy(Repository.PathTo("models", "vectors.jsonl"), folder["vectors.jsonl"]);
        string card = File.ReadAllText(Repository.PathTo("models", "model.json"));
        File.WriteAllText(folder["model.json"], card[..card.IndexOf(",\n \"sha256\"", StringComparison.Ordinal)].Replace("\"vocab.txt\"", "\"tokenizer.json\"", StringComparison.Ordinal) + "}");
        File.WriteAllText(folder["tokenizer.json"], TokenizerFileTests.WordPiece(lower: true, strip: null, ideographs: true).ToJsonString());
        await using LogClassifier classifier = Create(folder);
        await using LogClassifier builtIn = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        Assert.Null(classifier.Problem);
        Assert.Equal(builtIn.ClassifyNow("sshd"u8, "Failed password for root"u8, 0), classifier.ClassifyNow("sshd"u8, "Failed password for root"u8, 0));
    }

    /// <summary>One head, with labels of its own: what they mean is known, or the card says it.</summary>
    [Theory]
    [InlineData("""{"0":"INFO","1":"WARN","2":"FATAL"}""", "", Severity.Critical)]
    [InlineData("""{"0":"fine","1":"odd","2":"broken"}""", ""","labels":{"fine":"info","odd":"warning","broken":"critical"}""", Severity.Critical)]
    [InlineData("""{"0":"fine","1":"CRITICAL","2":"broken"}""", ""","labels":{"FINE":"info","broken":"error"}""", Severity.Error)]
    [InlineData("""{"0":"panic","1":"emergency","2":"error"}""", "", Severity.Error)]
    public async Task Create_WithLabelsOfItsOwn_MapsThem(string labels, string map, Severity expected)
    {
        using TemporaryFolder folder = new();
        WriteOneHead(folder, labels, map);
        await using LogClassifier classifier = Create(folder);
        Assert.Null(classifier.Problem);

        // The last label is by far the likeliest.
        Verdict verdict = classifier.ClassifyNow("app"u8, "error"u8, 0);
        Assert.Equal((VerdictSource.Model, expected, Category.Network), (verdict.Source, verdict.Severity, verdict.Category));
        Assert.InRange(verdict.Confidence, 0.7f, 1);
    }

    [Fact]
    public async Task Create_WithTwoLabelsOfOneSeverity_AddsThemUp()
    {
        using TemporaryFolder folder = new();
        WriteOneHead(folder, """{"0":"info","1":"panic","2":"fatal"}""", "", weight: 0.01f);
        await using LogClassifier classifier = Create(folder);
        Explanation explanation = classifier.Explain("app"u8, "error"u8, 0);
        Assert.Equal(["info", "critical (panic)", "critical (fatal)"], explanation.Severities.Select(label => label.Name));
        Assert.Equal(explanation.Severities[1].Probability + explanation.Severities[2].Probability, explanation.Verdict.CriticalProbability, 0.0001);
    }

    [Theory]
    [InlineData("""{"0":"fine","1":"WARN","2":"FATAL"}""", "", "config.json has a label 'fine': say what it means, as in \"labels\": { \"fine\": \"error\" }")]
    [InlineData("""{"0":"info","1":"WARN","2":"error"}""", "", "no label means critical: say which does")]
    [InlineData("""{"0":"info","1":"WARN","3":"fatal"}""", "", "'id2label' has 3 labels and none with number 2")]
    [InlineData("""{"0":"info","1":"WARN","2":"fatal"}""", ""","labels":{"odd":"info"}""", "'labels' has 'odd', which config.json has not (there: info, WARN, fatal)")]
    [InlineData("""{"0":"info","1":"WARN","2":"fatal"}""", ""","labels":{"WARN":"odd"}""", "'labels' says 'odd' of 'WARN'")]
    [InlineData("""{"0":"info","1":"fatal"}""", "", "output 'logits' is float [free, 3], must be float [batch, 2]")]
    [InlineData("{\"0\":\"info\",\"1\":\"WARN\",\"2\":\"fatal\"}", ",\"default_category\":\"odd\"", "'default_category' is 'odd'")]
    public async Task Create_WithLabelsThatNobodyExplains_SaysWhatToDo(string labels, string map, string problem)
    {
        using TemporaryFolder folder = new();
        WriteOneHead(folder, labels, map);
        await AssertDegraded(folder, problem);
    }

    static void WriteOneHead(TemporaryFolder folder, string labels, string map, float weight = 1)
    {
        string category = map.Contains("default_category", StringComparison.Ordinal) ? "" : ",\"default_category\":\"network\"";
        TinyModel.Write(
            folder.Path, TinyModel.Network(severities: 3, weight: weight, categoryOutput: null, severityOutput: "logits"),
            card: $$"""{"name":"tiny","file":"tiny.onnx","max_tokens":16{{category}}{{map}}}""");
        File.WriteAllText(folder["config.json"], $$"""{"model_type":"bert","id2label":{{labels}}}""");
    }

    static LogClassifier Create(TemporaryFolder folder) => LogClassifier.Create(new ClassifierOptions { ModelFolder = folder.Path }, NullLogger.Instance);

    static async Task AssertDegraded(TemporaryFolder folder, string problem)
    {
        await using LogClassifier classifier = Create(folder);
        Assert.NotNull(classifier.Problem);
        Assert.Contains(problem, classifier.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', classifier.Problem);
        Assert.Equal("", classifier.ModelName);
        await classifier.StartAsync(CancellationToken.None);
        Assert.Equal(ClassifyStatus.Fallback, classifier.Classify("app"u8, "text"u8, 18, new CollectingWaiter(0), 0, out Verdict verdict));
        Assert.Equal((Severity.Critical, VerdictSource.Fallback), (verdict.Severity, verdict.Source));
    }
}
