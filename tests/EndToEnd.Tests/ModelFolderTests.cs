using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Tokenizers that are not ours, in the published binary: the library behind them must live through trimming.</summary>
public sealed class ModelFolderTests
{
    [Theory]
    [InlineData("byte-level.tokenizer.json", "byte_level")]
    [InlineData("unigram.tokenizer.json", "unigram")]
    public async Task Explain_WithALibrarysTokenizer_ShowsTheIdsOfHuggingFace(string tokenizer, string key)
    {
        // Normalises to itself.
        const string Text = "i'll be 42% done in 10ms";
        using TemporaryFolder folder = new();
        string fixtures = Repository.PathTo("tests", "Classifier.Tests", "Tokenizing", "Fixtures");
        File.Copy(Path.Combine(fixtures, tokenizer), folder.File("tokenizer.json"));
        File.Copy(Repository.PathTo("models", "severity.onnx"), folder.File("model.onnx"));
        folder.Write("config.json", """{"id2label":{"0":"trace","1":"LABEL_1","2":"warn","3":"err","4":"fatal"}}""");
        folder.Write("model.json", """{"name":"other","max_tokens":96,"severity_output":"severity_logits","labels":{"LABEL_1":"info"}}""");
        string configuration = folder.Write("collector.yaml", $"classifier: {{ model_folder: \"{folder.Path}\" }}\n");

        await using RunningProgram program = new(CollectorProcess.Binary, ["explain", "--json", "--config", configuration, Text], folder.Path);
        Assert.True(await program.ExitAsync(TimeSpan.FromMinutes(2)) == 0, program.Everything());
        JsonElement explanation = JsonDocument.Parse(string.Join('\n', program.Output)).RootElement;
        JsonElement expected = File.ReadLines(Path.Combine(fixtures, "hugging-face-ids.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("text").GetString() == Text);
        Assert.Equal((Text, "model"), (explanation.GetProperty("normalized").GetString(), explanation.GetProperty("source").GetString()));
        Assert.Equal(expected.GetProperty(key).GetRawText().Replace(" ", "", StringComparison.Ordinal), explanation.GetProperty("tokens").GetRawText());
    }
}
