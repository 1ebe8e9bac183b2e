using System.Text;
using System.Text.Json;
using Classifier;
using Collector.Configuration;
using Collector.Pipeline;
using Collector.Samples;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Receivers;
using Tests.Shared;

namespace Collector.Tests.Samples;

public sealed class UnsureSamplesTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string File => _folder["samples.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finish_OfUnsureVerdicts_KeepsOneATemplate()
    {
        await using (UnsureSamples samples = Samples())
        {
            Judge judge = Judge(samples);
            judge.Finish(Batch((1, 0.41f, "disk sda1 is odd"), (2, 0.9f, "sure"), (1, 0.41f, "disk sda2 is odd"), (3, 0.599f, "another"), (4, 0.6f, "just sure enough")));
            judge.Finish(Batch((1, 0.41f, "disk sda9 is odd")));
        }

        JsonElement[] lines = Lines();
        Assert.Equal(["disk sda1 is odd", "another"], lines.Select(line => line.GetProperty("body").GetString()));
        Assert.Equal(
            """{"template":"0000000000000001","app":"App[7]","body":"disk sda1 is odd","text":"app[7]: disk sda# is odd","declared":17,"severity":"error","category":"hardware","confidence":0.4100,"critical_probability":0.2500,"model":"tiny","label":"","label_category":""}""",
            lines[0].GetRawText());
#pragma warning disable CA1416 // Linux only.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
#pragma warning restore CA1416
    }

    /// <summary>The sample is about what the model said, whatever policy and rules make of it, and never about a fallback.</summary>
    [Fact]
    public async Task Finish_WithRulesAndFallbacks_KeepsTheModelsWord()
    {
        await using (UnsureSamples samples = Samples())
        {
            Law law = new(SeverityPolicy.Declared, new RuleSet([new RuleOptions { Apps = ["App[7]"], Severity = Severity.Debug }])) { Samples = samples };
            ClassifiedBatch batch = Batch((1, 0.41f, "one"), (2, 0, "two"));
            batch.Verdicts[1].Source = VerdictSource.Fallback;
            new Judge(new Lawbook(law), new VerdictStatistics(TimeProvider.System)).Finish(batch);
            Assert.Equal(Severity.Debug, batch.Verdicts[0].Severity);
        }

        Assert.Equal("error", Assert.Single(Lines()).GetProperty("severity").GetString());
    }

    [Fact]
    public async Task Finish_BeyondTheMost_KeepsNoMore()
    {
        await using (UnsureSamples samples = Samples(max: 10))
        {
            for (ulong template = 0; template < 50; template++)
            {
                Judge(samples).Finish(Batch((template, 0.1f, $"text {template}")));
            }
        }

        Assert.Equal(10, Lines().Length);
        await using (UnsureSamples again = Samples(max: 10))
        {
            Judge(again).Finish(Batch((99, 0.1f, "one more")));
        }

        Assert.Equal(10, Lines().Length);
    }

    [Fact]
    public async Task Finish_AfterARestart_KnowsWhatIsThereAndMendsATornLine()
    {
        await using (UnsureSamples samples = Samples())
        {
            Judge(samples).Finish(Batch((1, 0.1f, "one")));
        }

        await System.IO.File.AppendAllTextAsync(File, "{\"template\":\"00000000000000");
        await using (UnsureSamples samples = Samples())
        {
            Judge(samples).Finish(Batch((1, 0.1f, "one"), (2, 0.1f, "two")));
        }

        string[] lines = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal(3, lines.Length);
        Assert.Contains("\"body\":\"two\"", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finish_WhenTheFileWasMovedAway_BeginsAnother()
    {
        await using UnsureSamples samples = Samples();
        Judge(samples).Finish(Batch((1, 0.1f, "one")));
        await UntilLinesAsync(1);
        System.IO.File.Move(File, File + ".labelled");
        Judge(samples).Finish(Batch((1, 0.1f, "one"), (2, 0.1f, "two")));
        await UntilLinesAsync(1);
        Assert.Equal("two", Lines()[0].GetProperty("body").GetString());
    }

    /// <summary>Whatever a sender writes: one line of valid JSON, of bounded length.</summary>
    [Fact]
    public async Task Finish_OfHostileText_StaysOneLine()
    {
        byte[][] bodies = [[], [.. "a\nb\r\n\"},{\"label\":\"info"u8], [0xFF, 0xC0, 0, 1, 2, 0x1B, (byte)'[', 0xE2, 0x80, 0xA8], new byte[1 << 20], [.. Enumerable.Repeat((byte)0xFF, 100_000)]];
        await using (UnsureSamples samples = Samples())
        {
            BatchBuilder builder = new() { BufferBytes = 4 << 20 };
            for (int i = 0; i < bodies.Length; i++)
            {
                builder.Add(rawBody: bodies[i], verdict: Unsure((ulong)i + 1, 0.1f));
            }

            Judge(samples).Finish(builder.Build(new ClassifiedBatchPool(new Ledger())));
        }

        JsonElement[] lines = Lines();
        Assert.Equal(bodies.Length, lines.Length);
        Assert.All(lines, line => Assert.Equal("", line.GetProperty("label").GetString()));
        Assert.Equal("a\nb\r\n\"},{\"label\":\"info", lines[1].GetProperty("body").GetString());
        Assert.InRange(System.IO.File.ReadLines(File).Max(Encoding.UTF8.GetByteCount), 1, 15_000);
    }

    [Fact]
    public async Task Finish_WithAFileThatCannotBeWritten_GoesOn()
    {
        await using UnsureSamples samples = new(new SampleOptions(_folder["none/samples.jsonl"], 0.6f, 10), NullLogger.Instance, TimeProvider.System);
        Judge(samples).Finish(Batch((1, 0.1f, "one")));
    }

    [Fact]
    public async Task Finish_OfKnownTemplates_AllocatesNothing()
    {
        await using UnsureSamples samples = Samples();
        Judge judge = Judge(samples);
        ClassifiedBatch batch = Batch((1, 0.1f, "one"), (2, 0.1f, "two"));
        judge.Finish(batch);
        judge.Finish(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            judge.Finish(batch);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Finish_OnSeveralThreads_KeepsEachTemplateOnce()
    {
        await using (UnsureSamples samples = Samples(max: 5_000))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                Judge judge = Judge(samples);
                for (ulong template = 1; template <= 500; template++)
                {
                    judge.Finish(Batch((template, 0.1f, "text")));
                }
            })));
        }

        Assert.Equal(500, Lines().Select(line => line.GetProperty("template").GetString()).Distinct().Count());
        Assert.Equal(500, Lines().Length);
    }

    [Fact]
    public void Read_OfTheSection_GivesItsValues()
    {
        Assert.Null(Configured.From("").Options!.Classifier.Samples);
        Assert.Equal(new SampleOptions("/x", 0.5f, 7), Configured.From("classifier: { samples: { file: /x, below: 0.5, max: 7 } }").Options!.Classifier.Samples);
        Assert.Contains("below", Configured.Mistakes("classifier: { samples: { file: /x, below: 2 } }"), StringComparison.Ordinal);
    }

    static Verdict Unsure(ulong template, float confidence) => new()
    {
        TemplateId = template,
        Confidence = confidence,
        CriticalProbability = 0.25f,
        Severity = Severity.Error,
        Category = Category.Hardware,
        Source = VerdictSource.Model,
    };

    static Judge Judge(UnsureSamples samples) => new(
        new Lawbook(new Law(SeverityPolicy.Model, new RuleSet([])) { Samples = samples }), new VerdictStatistics(TimeProvider.System));

    static ClassifiedBatch Batch(params (ulong Template, float Confidence, string Body)[] records)
    {
        BatchBuilder builder = new();
        foreach ((ulong template, float confidence, string body) in records)
        {
            builder.Add(body, app: "App[7]", verdict: Unsure(template, confidence), set: (ref LogRecord r) => r.SeverityNumber = 17);
        }

        ClassifiedBatch batch = builder.Build(new ClassifiedBatchPool(new Ledger()));
        batch.Model = "tiny";
        return batch;
    }

    UnsureSamples Samples(int max = 10_000) => new(new SampleOptions(File, 0.6f, max), NullLogger.Instance, TimeProvider.System);

    JsonElement[] Lines() => [.. System.IO.File.ReadAllLines(File).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Until the file has so many whole lines.</summary>
    async Task UntilLinesAsync(int count)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (!System.IO.File.Exists(File) || (await System.IO.File.ReadAllTextAsync(File)).Count(c => c == '\n') < count)
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
