using Classifier;
using Collector.Alerts;
using Tests.Shared;

namespace Collector.Tests.Alerts;

public sealed class AlertWordsTests
{
    [Fact]
    public async Task Of_Asked_AreTheWeightiestOncePerTemplate()
    {
        int asked = 0;
        await using AlertWords words = new((_, _, _) =>
        {
            asked++;
            return Explained(7, ("sql", 0.2f), ("the", 0.001f), ("injection\u001b", 0.6f), ("not", -0.5f));
        });
        words.Ask(7, "api"u8, "sql injection"u8, 0);
        words.Ask(7, "api"u8, "sql injection"u8, 0);
        Assert.Equal(["injection\\x1b", "sql"], (await words.OfAsync(7)).Select(w => w.Word));
        Assert.Equal(1, asked);
        Assert.Empty(await words.OfAsync(8));
    }

    [Fact]
    public async Task Of_AnotherTemplateOrAFailure_AreNone()
    {
        await using AlertWords words = new((app, _, _) => app.Length == 0 ? throw new InvalidOperationException() : Explained(1, ("sql", 0.5f)));
        words.Ask(7, "api"u8, "x"u8, 0);
        words.Ask(9, ""u8, "x"u8, 0);
        Assert.Empty(await words.OfAsync(7));
        Assert.Empty(await words.OfAsync(9));
    }

    [Fact]
    public async Task Ask_MoreThanWait_GoWithout()
    {
        using ManualResetEventSlim gate = new();
        await using AlertWords words = new((_, _, _) =>
        {
            gate.Wait(Patience.Long);
            return Explained(1, ("sql", 0.5f));
        });
        for (ulong template = 1; template <= 1000; template++)
        {
            words.Ask(template, "api"u8, "x"u8, 0);
        }

        Assert.False(words.OfAsync(1).IsCompleted);
        Assert.True(words.OfAsync(1000).IsCompleted);
        gate.Set();
        Assert.Single(await words.OfAsync(1));
    }

    [Fact]
    public async Task Of_AfterTheModelIsReplaced_AreThoseOfTheNewOne()
    {
        string model = "old";
        await using AlertWords words = new((_, _, _) => Explained(7, (model, 0.5f)), () => model);
        words.Ask(7, "api"u8, "x"u8, 0);
        Assert.Equal("old", Assert.Single(await words.OfAsync(7)).Word);
        model = "new";
        Assert.Empty(await words.OfAsync(7));
        words.Ask(7, "api"u8, "x"u8, 0);
        Assert.Equal("new", Assert.Single(await words.OfAsync(7)).Word);
    }

    static Explanation Explained(ulong template, params (string Word, float Weight)[] words) => new()
    {
        NormalizedText = "",
        Verdict = new Verdict { TemplateId = template },
        Words = [.. words.Select(w => new ExplainedWord(w.Word, w.Weight))],
    };
}
