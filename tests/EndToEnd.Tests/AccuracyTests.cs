using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

public sealed class AccuracyTests
{
    /// <summary>The shipped binary on the held-out lines: the figures of <c>models/MODEL_CARD.md</c>, within half a point.</summary>
    [Fact]
    public async Task Classify_OfTheHeldOutLines_IsAsGoodAsTheCardSays()
    {
        using TemporaryFolder folder = new();
        string file = Repository.PathTo("models", "dev.jsonl");
        await using RunningProgram program = new(CollectorProcess.Binary, ["classify", "--json", file], folder.Path);

        // Some 7 seconds of two free cores.
        Assert.True(await program.ExitAsync(TimeSpan.FromMinutes(10)) == 0, string.Join('\n', program.Errors));
        (JsonElement Line, JsonElement Verdict)[] all = [.. File.ReadLines(file).Select(Parse).Zip(program.Output.Select(Parse))];
        Assert.Equal((1_277, 1_277), (all.Length, program.Output.Count));
        Assert.All(all, pair => Assert.Equal((Text(pair.Line, "msg"), "model"), (Text(pair.Verdict, "body"), Text(pair.Verdict, "source"))));

        Assert.Equal(0.607, Share(all, pair => Text(pair.Line, "severity") == Text(pair.Verdict, "severity")), 0.005);
        Assert.Equal(0.695, Share(all, pair => Text(pair.Line, "category") == Text(pair.Verdict, "category")), 0.005);
        (JsonElement Line, JsonElement Verdict)[] called = [.. all.Where(pair => Text(pair.Verdict, "severity") == "critical")];
        (JsonElement Line, JsonElement Verdict)[] real = [.. all.Where(pair => Text(pair.Line, "severity") == "critical")];
        Assert.Equal(0.715, Share(called, pair => Text(pair.Line, "severity") == "critical"), 0.005);
        Assert.Equal(0.662, Share(real, pair => Text(pair.Verdict, "severity") == "critical"), 0.005);
    }

    /// <summary>Two processes: the same probabilities to the last digit that is shown, token by token and word by word.</summary>
    [Fact]
    public async Task Explain_InTwoProcesses_SaysTheSame()
    {
        using TemporaryFolder folder = new();
        List<string> outputs = [];
        for (int i = 0; i < 2; i++)
        {
            await using RunningProgram program = new(CollectorProcess.Binary, ["explain", "--json", "raid controller reports a predicted failure of disk 3 in enclosure 7"], folder.Path);
            Assert.True(await program.ExitAsync(TimeSpan.FromMinutes(2)) == 0, string.Join('\n', program.Errors));
            outputs.Add(string.Join('\n', program.Output));
        }

        Assert.Contains("logit", outputs[0], StringComparison.Ordinal);
        Assert.Equal(outputs[0], outputs[1]);
    }

    static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    static string? Text(JsonElement element, string key) => element.GetProperty(key).GetString();

    static double Share<T>(T[] all, Func<T, bool> isRight) => (double)all.Count(isRight) / all.Length;
}
