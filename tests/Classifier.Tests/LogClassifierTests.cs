using System.Text;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Normalizing;
using Classifier.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Classifier.Tests;

public sealed class LogClassifierTests
{
    static readonly byte[][] Lines = [.. File.ReadLines(Repository.PathTo("models", "dev.jsonl")).Take(120).Select(Encoding.UTF8.GetBytes)];

    static readonly Dictionary<string, byte[]> BadInputs = new()
    {
        ["empty"] = [],
        ["blank"] = [.. Enumerable.Repeat((byte)' ', 500)],
        ["1 MiB"] = [.. Enumerable.Repeat((byte)'x', 1 << 20)],
        ["1 MiB of words"] = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i % 7 == 0 ? ' ' : 'a' + (i % 26)))],
        ["digits"] = [.. Enumerable.Range(0, 5_000).Select(i => (byte)('0' + (i % 10)))],
        ["punctuation"] = [.. Enumerable.Range(0, 5_000).Select(i => (byte)"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"[i % 32])],
        ["NUL"] = new byte[3_000],
        ["all bytes"] = [.. Enumerable.Range(0, 4_096).Select(i => (byte)i)],
        ["continuation bytes"] = [.. Enumerable.Repeat((byte)0x80, 3_000)],
        ["cut sequences"] = [.. Enumerable.Repeat<byte[]>([0xF0, 0x9F, 0x98], 900).SelectMany(bytes => bytes)],
        ["surrogates as CESU-8"] = [.. Enumerable.Repeat<byte[]>([0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], 300).SelectMany(bytes => bytes)],
        ["right to left"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\u202E\u05E9\u05DC\u05D5\u05DD \u200F", 100))),
        ["zero width"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a\u200B\u200D\uFEFF", 300))),
        ["combining"] = Encoding.UTF8.GetBytes("e" + new string('\u0301', 2_000)),
    };

    [Fact]
    public async Task Classify_OfANewText_IsPendingAndThenKnown()
    {
        await using LogClassifier classifier = await StartedAsync();
        CollectingWaiter waiter = new(1);
        Assert.Equal(ClassifyStatus.Pending, classifier.Classify("sshd"u8, "Failed password for root from 10.0.0.1"u8, 18, waiter, 7, out Verdict fallback));
        Assert.Equal((VerdictSource.Fallback, Severity.Critical), (fallback.Source, fallback.Severity));
        waiter.Wait();
        Assert.Equal(ClassifyStatus.Known, classifier.Classify("sshd"u8, "Failed password for root from 10.0.0.99"u8, 18, waiter, 8, out Verdict known));
        Assert.Equal(waiter.Verdicts[7], known);
        Assert.Equal((VerdictSource.Model, fallback.TemplateId), (known.Source, known.TemplateId));
        Assert.Equal(known, classifier.ClassifyNow("sshd"u8, "Failed password for root from 10.0.0.5"u8, 0));
    }

    [Fact]
    public async Task Classify_WithoutAWaiter_TakesTheFallbackAndLearns()
    {
        await using LogClassifier classifier = await StartedAsync();
        Assert.Equal(ClassifyStatus.Fallback, classifier.Classify("a"u8, "disk failure"u8, 9, null, 0, out _));

        // One thread: what is asked later is answered later.
        CollectingWaiter waiter = new(1);
        classifier.Classify("a"u8, "the next text"u8, 9, waiter, 0, out _);
        waiter.Wait();
        Assert.Equal(ClassifyStatus.Known, classifier.Classify("a"u8, "disk failure"u8, 9, null, 0, out _));
    }

    [Fact]
    public async Task Classify_OfAKnownText_AllocatesNothing()
    {
        await using LogClassifier classifier = await StartedAsync();
        byte[] line = Lines[0];
        classifier.ClassifyNow("app"u8, line, 0);
        classifier.Classify("app"u8, line, 0, null, 0, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            classifier.Classify("app"u8, line, 0, null, 0, out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task StopAsync_WithTextsQueued_TellsEveryoneTheFallback()
    {
        LogClassifier classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        CollectingWaiter waiter = new(Lines.Length);
        for (int i = 0; i < Lines.Length; i++)
        {
            Assert.Equal(ClassifyStatus.Pending, classifier.Classify("app"u8, Lines[i], 17, waiter, i, out _));
        }

        await classifier.StopAsync(CancellationToken.None);
        await classifier.StopAsync(CancellationToken.None);
        waiter.Wait();
        Assert.Equal(0, waiter.ToldTwice);
        Assert.All(waiter.Verdicts.Values, verdict => Assert.Equal((VerdictSource.Fallback, Severity.Error), (verdict.Source, verdict.Severity)));
        Assert.Equal(ClassifyStatus.Fallback, classifier.Classify("app"u8, "late"u8, 9, waiter, 0, out _));
        Assert.Equal(VerdictSource.Fallback, classifier.ClassifyNow("app"u8, "late"u8, 9).Source);
    }

    [Fact]
    public async Task Statistics_AfterAMix_AddUp()
    {
        await using LogClassifier classifier = await StartedAsync();
        CollectingWaiter waiter = new(Lines.Length);
        for (int i = 0; i < Lines.Length; i++)
        {
            classifier.Classify("app"u8, Lines[i], 9, waiter, i, out _);
        }

        waiter.Wait();
        for (int i = 0; i < 1_000; i++)
        {
            classifier.Classify("app"u8, Lines[i % Lines.Length], 9, waiter, i, out _);
        }

        classifier.Classify("app"u8, "nobody waits for this"u8, 9, null, 0, out _);
        ClassifierStatistics statistics = classifier.Statistics;
        Assert.Equal((1_000L, Lines.Length + 1L), (statistics.CacheHits, statistics.CacheMisses));
        Assert.Equal((1_000L + Lines.Length, 1L), (statistics.ModelVerdicts, statistics.FallbackVerdicts));
        Assert.InRange(statistics.Inferences, Lines.Length, Lines.Length + 1);
        Assert.InRange(statistics.Templates, Lines.Length, Lines.Length + 1);
        Assert.InRange(statistics.InferenceSeconds, 0.01, 60);
        Assert.Equal(0, statistics.InferenceFailures);
    }

    /// <summary>Four threads that offer the same lines in their own order, against one quiet caller of another instance.</summary>
    [Fact]
    public async Task Classify_UnderLoad_GivesTheVerdictsOfAQuietRun()
    {
        await using LogClassifier quiet = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        Verdict[] expected = [.. Lines.Select(line => quiet.ClassifyNow("app"u8, line, 0))];
        await using LogClassifier busy = await StartedAsync(new ClassifierOptions { InferenceThreads = 3 });
        CollectingWaiter waiter = new(4 * Lines.Length);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            int[] order = [.. Enumerable.Range(0, Lines.Length)];
            new Random(thread).Shuffle(order);
            foreach (int i in order)
            {
                int index = (thread * Lines.Length) + i;
                if (busy.Classify("app"u8, Lines[i], (byte)(thread * 7), waiter, index, out Verdict verdict) == ClassifyStatus.Known)
                {
                    waiter.OnVerdict(index, verdict);
                }
            }
        })));
        waiter.Wait();
        Assert.Equal(0, waiter.ToldTwice);
        Assert.All(waiter.Verdicts, told => Assert.Equal(expected[told.Key % Lines.Length], told.Value));
    }

    [Fact]
    public async Task StartAsync_AfterAStop_AsksTheModelNothingAgain()
    {
        using TemporaryFolder folder = new();
        ClassifierOptions options = new() { StateFolder = folder.Path };
        Verdict[] first;
        await using (LogClassifier classifier = await StartedAsync(options))
        {
            first = [.. Lines.Select(line => classifier.ClassifyNow("app"u8, line, 0))];
            Assert.Equal(Lines.Length, classifier.Statistics.Inferences);
        }

        await using LogClassifier again = await StartedAsync(options);
        Assert.Equal(first, Lines.Select(line => again.ClassifyNow("app"u8, line, 0)));
        Assert.Equal(0, again.Statistics.Inferences);
    }

    [Fact]
    public async Task StartAsync_WithADamagedCache_SetsItAsideAndGoesOn()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder[TemplateCacheFile.FileName], "damaged");
        await using LogClassifier classifier = await StartedAsync(new ClassifierOptions { StateFolder = folder.Path });
        Assert.Null(classifier.Problem);
        Assert.True(File.Exists(folder[TemplateCacheFile.FileName + TemplateCacheFile.AsideSuffix]));
    }

    [Fact]
    public async Task Templates_AfterARestart_KnowCountTimesAndAnExample()
    {
        using TemporaryFolder folder = new();
        FakeClock clock = new() { Now = new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero) };
        ClassifierOptions options = new() { StateFolder = folder.Path };
        await using (LogClassifier classifier = LogClassifier.Create(options, NullLogger.Instance, clock))
        {
            await classifier.StartAsync(CancellationToken.None);
            for (int i = 0; i < 100; i++)
            {
                classifier.ClassifyNow("sshd"u8, Encoding.UTF8.GetBytes($"Failed password for root from 10.0.0.{i}"), 0);
            }

            classifier.ClassifyNow("cron"u8, "session opened"u8, 0);
        }

        await using LogClassifier again = await StartedAsync(options);
        IReadOnlyList<TemplateSummary> templates = again.Templates(10);
        Assert.Equal([100L, 1L], templates.Select(template => template.Count));
        Assert.Equal("sshd: Failed password for root from 10.0.0.0", templates[0].Example);
        Assert.Equal((clock.Now, clock.Now), (templates[0].FirstSeen, templates[0].LastSeen));
        Assert.Equal(again.ClassifyNow("sshd"u8, "Failed password for root from 10.0.0.7"u8, 0), templates[0].Verdict);
        Assert.Equal(templates[0].TemplateId, Assert.Single(again.Templates(1)).TemplateId);
    }

    [Fact]
    public async Task TryReload_WithAnotherModel_TakesItAndDropsTheAnswers()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path);
        await using LogClassifier classifier = await StartedAsync();
        classifier.ClassifyNow("app"u8, "text"u8, 0);
        Assert.True(classifier.TryReload(new ClassifierOptions { ModelFolder = folder.Path }, out string problem), problem);
        Assert.Equal(("tiny", 0), (classifier.ModelName, classifier.Statistics.Templates));
        CollectingWaiter waiter = new(1);
        Assert.Equal(ClassifyStatus.Pending, classifier.Classify("app"u8, "text"u8, 0, waiter, 0, out _));
        waiter.Wait();
        Assert.Equal(VerdictSource.Model, waiter.Verdicts[0].Source);
    }

    [Fact]
    public async Task TryReload_WithTheSameModelAndAnotherThreshold_KeepsTheAnswers()
    {
        await using LogClassifier classifier = await StartedAsync();
        Verdict before = classifier.ClassifyNow("app"u8, "user logged in"u8, 0);
        Assert.True(classifier.TryReload(new ClassifierOptions { CriticalThreshold = 0 }, out _));
        Verdict after = classifier.ClassifyNow("app"u8, "user logged in"u8, 0);
        Assert.Equal((Severity.Info, Severity.Critical, 1L), (before.Severity, after.Severity, classifier.Statistics.Inferences));
        Assert.Equal(before.CriticalProbability, after.CriticalProbability);
    }

    [Fact]
    public async Task TryReload_WithABrokenModel_KeepsTheOldOne()
    {
        using TemporaryFolder folder = new();
        await using LogClassifier classifier = await StartedAsync();
        Assert.False(classifier.TryReload(new ClassifierOptions { ModelFolder = folder.Path }, out string problem));
        Assert.Contains("not found", problem, StringComparison.Ordinal);
        Assert.Equal(("severity-1", null), (classifier.ModelName, classifier.Problem));
    }

    [Fact]
    public async Task TryReload_UnderLoad_TellsEveryone()
    {
        using TemporaryFolder folder = new();
        TinyModel.Write(folder.Path);
        await using LogClassifier classifier = await StartedAsync();
        int asked = 0;
        CollectingWaiter waiter = new(2_000);
        using CancellationTokenSource done = new();
        Task load = Task.Run(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                if (classifier.Classify("app"u8, Encoding.UTF8.GetBytes($"text {(char)('a' + (i % 26))}{(char)('a' + (i / 26 % 26))}"), 0, waiter, i, out Verdict verdict)
                    != ClassifyStatus.Pending)
                {
                    waiter.OnVerdict(i, verdict);
                }

                asked++;
            }
        });
        Assert.True(classifier.TryReload(new ClassifierOptions { ModelFolder = folder.Path }, out _));
        Assert.True(classifier.TryReload(new ClassifierOptions(), out _));
        await load;
        waiter.Wait();
        Assert.Equal((2_000, 0), (asked, waiter.ToldTwice));
    }

    [Fact]
    public async Task Explain_OfARecord_ShowsTheWay()
    {
        await using LogClassifier classifier = LogClassifier.Create(new ClassifierOptions(), NullLogger.Instance);
        Explanation explanation = classifier.Explain("api"u8, "SQL injection attempt detected in API, request 4711"u8, 0);
        Assert.Equal("api: sql injection attempt detected in api, request #", explanation.NormalizedText);
        Assert.Equal(classifier.ClassifyNow("api"u8, "SQL injection attempt detected in API, request 4711"u8, 0), explanation.Verdict);
        Assert.Equal(("[CLS]", "api", "[SEP]"), (explanation.Tokens[0], explanation.Tokens[1], explanation.Tokens[^1]));
        Assert.Equal(explanation.Tokens.Count, explanation.TokenIds.Count);
        Assert.Equal(1, explanation.Severities.Sum(label => label.Probability), 0.001);
        Assert.Equal(LabelNames.Categories, explanation.Categories.Select(label => label.Name));
        Assert.Equal(explanation.NormalizedText.Split(' '), explanation.Words.Select(word => word.Word));
        Assert.Equal("injection", explanation.Words.MaxBy(word => word.Weight).Word);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("blank")]
    [InlineData("1 MiB")]
    [InlineData("1 MiB of words")]
    [InlineData("digits")]
    [InlineData("punctuation")]
    [InlineData("NUL")]
    [InlineData("all bytes")]
    [InlineData("continuation bytes")]
    [InlineData("cut sequences")]
    [InlineData("surrogates as CESU-8")]
    [InlineData("right to left")]
    [InlineData("zero width")]
    [InlineData("combining")]
    public async Task Classify_OfBadInput_IsTheSameVerdictEverywhere(string what)
    {
        byte[] input = BadInputs[what];
        await using LogClassifier classifier = await StartedAsync();
        CollectingWaiter waiter = new(2);
        Assert.Equal(ClassifyStatus.Pending, classifier.Classify(input, input, 0, waiter, 0, out _));
        Assert.Equal(ClassifyStatus.Pending, classifier.Classify("app"u8, input, 0, waiter, 1, out _));
        waiter.Wait();
        Model model = TestModel.Instance;
        byte[] text = new byte[Normalizer.TextBytesMax];
        ModelRunner runner = model.Rent()!;
        Answer answer = runner.Run(text.AsSpan(0, Normalizer.Normalize(input, input, text)));
        model.Return(runner);
        Assert.Equal(answer.ToVerdict(model.Card.CriticalThreshold, default) with { TemplateId = waiter.Verdicts[0].TemplateId }, waiter.Verdicts[0]);
        Assert.True(waiter.Verdicts[1].Confidence is > 0 and <= 1, what);
    }

    /// <summary>A flood of lines that never come again, far faster than the model: bounded, and a line that does come again is learnt meanwhile.</summary>
    [Fact]
    public async Task Classify_OfAFloodOfUniqueLines_StaysBoundedAndLearnsWhatRepeats()
    {
        await using LogClassifier classifier = await StartedAsync(new ClassifierOptions { QueueTemplatesMax = 256, WaitTemplatesMax = 16 });
        byte[] line = "unique line xxxxxx of a flood"u8.ToArray();
        bool isKnown = false;
        long lines = 0;
        for (; lines < 2_000_000 && !isKnown; lines++)
        {
            for (int i = 0, rest = (int)lines; i < 6; i++, rest /= 26)
            {
                line[12 + i] = (byte)('a' + (rest % 26));
            }

            classifier.Classify("app"u8, line, 0, null, 0, out _);
            if (lines % 50 == 0)
            {
                isKnown = classifier.Classify("app"u8, "this one comes again and again"u8, 0, null, 0, out _) == ClassifyStatus.Known;
            }
        }

        ClassifierStatistics statistics = classifier.Statistics;
        Assert.True(isKnown, $"not learnt in {lines} lines");
        Assert.InRange(statistics.PendingTemplates, 0, 256);
        Assert.Equal(statistics.CacheMisses, statistics.FallbackVerdicts);
    }

    sealed class FakeClock : TimeProvider
    {
        public required DateTimeOffset Now { get; init; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    static async Task<LogClassifier> StartedAsync(ClassifierOptions? options = null)
    {
        LogClassifier classifier = LogClassifier.Create(options ?? new ClassifierOptions { InferenceThreads = 1 }, NullLogger.Instance);
        Assert.Null(classifier.Problem);
        await classifier.StartAsync(CancellationToken.None);
        return classifier;
    }
}
