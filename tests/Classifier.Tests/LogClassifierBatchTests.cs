using System.Text;
using Classifier.Caching;
using Classifier.Normalizing;
using Classifier.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace Classifier.Tests;

/// <summary>A batch has the verdicts, the waiters and the counts that its records would have one by one, wherever its chunks end.</summary>
public sealed class LogClassifierBatchTests
{
    const int Chunk = LogClassifier.ChunkRecordsMax;

    // Never asked in batches.
    static readonly LogClassifier Reference = Create();

    static readonly Lazy<Verdict> Unwritten = new(() => new Verdict { TemplateId = 4711, Source = VerdictSource.Rule });

    [Fact]
    public async Task Classify_OfRealAndOddTexts_GivesTheVerdictsOfSingleOnes()
    {
        int seed = Random.Shared.Next();
        TextMutator texts = new(seed);
        await using LogClassifier classifier = Create();
        (byte[] App, byte[] Body, byte DeclaredSeverity)[] records =
        [
            .. Enumerable.Range(0, 300).Select(i => Record(i % 3 == 0 ? "" : "app", texts.Next(400))),
            Record("", []),
            Record("app", []),
            Record("app", [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)(i % 7 == 0 ? ' ' : 'a' + (i % 26)))]),
            Record("app", [.. Enumerable.Repeat<byte[]>([0xFF, 0xC0, 0x80, (byte)'a', 0xF5, 0xE2, 0x82], 700).SelectMany(bytes => bytes)]),
        ];
        Verdict[] expected = [.. records.Select(record => classifier.ClassifyNow(record.App, record.Body, 9))];
        long hits = classifier.Statistics.CacheHits;
        Verdict[] verdicts = new Verdict[records.Length];
        Assert.Equal(0, classifier.Classify(new Records(records), null, verdicts));
        Assert.True(expected.SequenceEqual(verdicts), $"seed {seed}");
        Assert.Equal(records.Length, classifier.Statistics.CacheHits - hits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((2 * Chunk) - 1)]
    [InlineData(2 * Chunk)]
    [InlineData((3 * Chunk) + 1)]
    public async Task Classify_OfAnyCount_GivesEachRecordItsVerdictAndTouchesNoOther(int count)
    {
        await using LogClassifier classifier = Create();
        (byte[], byte[], byte)[] records = [.. Enumerable.Range(0, count + 1).Select(i => Record("app", Text(i % 5)))];
        Verdict[] expected = [.. Enumerable.Range(0, 5).Select(i => classifier.ClassifyNow("app"u8, Text(i), 9))];
        Verdict[] verdicts = [.. Enumerable.Repeat(Unwritten.Value, count + 1)];
        Assert.Equal(0, classifier.Classify(new Records(records), null, verdicts.AsSpan(0, count)));
        Assert.Equal(Enumerable.Range(0, count).Select(i => expected[i % 5]).Append(Unwritten.Value), verdicts);
        Assert.Equal(count, classifier.Statistics.CacheHits);
    }

    /// <summary>Most of the second batch have the outline of one of the first, and other numbers.</summary>
    [Fact]
    public async Task Classify_OfTextsThatLookLikeEarlierOnes_GivesTheTemplatesOfTheirTexts()
    {
        int seed = Random.Shared.Next();
        TextMutator texts = new(seed);
        Random random = new(seed);
        await using LogClassifier classifier = Create();
        byte[][] bodies = [.. Enumerable.Range(0, 20_000).Select(_ => texts.Next(300))];
        for (int round = 0; round < 3; round++)
        {
            (byte[] App, byte[] Body, byte DeclaredSeverity)[] records = [.. bodies.Select((body, i) => Record(i % 3 == 0 ? "" : "app", WithOtherDigits(body, random)))];
            Verdict[] verdicts = new Verdict[records.Length];
            classifier.Classify(new Records(records), null, verdicts);
            Assert.True(records.Select(TemplateId).SequenceEqual(verdicts.Select(verdict => verdict.TemplateId)), $"seed {seed}, round {round}");
        }

        static ulong TemplateId((byte[] App, byte[] Body, byte DeclaredSeverity) record)
        {
            byte[] text = new byte[Normalizer.TextBytesMax];
            return TemplateKey.Of(text.AsSpan(0, Normalizer.Normalize(record.App, record.Body, text))).High;
        }
    }

    [Fact]
    public async Task Classify_OfNewTexts_AsksTheModelTheRightOnes()
    {
        (byte[] App, byte[] Body, byte DeclaredSeverity)[] records =
        [
            .. Enumerable.Range(0, 2 * Chunk).Select(i => Record("", Words(Normalizer.BodyBytesMax - i, i))),
            Record(new string('a', Normalizer.AppBytesMax), Words(Normalizer.BodyBytesMax, 1)),
            Record("app", Text(1)),
        ];
        await using LogClassifier classifier = Create();
        CollectingWaiter waiter = new(records.Length);
        Verdict[] verdicts = new Verdict[records.Length];
        await classifier.StartAsync(CancellationToken.None);
        Assert.Equal(records.Length, classifier.Classify(new Records(records), waiter, verdicts));
        waiter.Wait();
        Verdict[] expected = [.. records.Select(record => Reference.ClassifyNow(record.App, record.Body, 9))];
        Assert.Equal(expected, Enumerable.Range(0, records.Length).Select(i => waiter.Verdicts[i]));
        Assert.Equal(0, classifier.Classify(new Records(records), waiter, verdicts));
        Assert.Equal(expected, verdicts);
    }

    /// <summary>No thread asks the model, so that the queue stays as the records leave it.</summary>
    [Fact]
    public async Task Classify_OfKnownNewPendingAndTurnedAwayRecords_IsLikeOneByOne()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        ClassifierOptions options = new() { WaitTemplatesMax = 8, QueueTemplatesMax = 16, WaitersMax = 40 };
        (byte[] App, byte[] Body, byte DeclaredSeverity)[] records =
            [.. Enumerable.Range(0, 200).Select(_ => Record("app", Text(random.Next(40)), (byte)(random.Next(4) == 0 ? 17 + random.Next(4) : random.Next(17))))];
        LogClassifier batch = Create(options);
        LogClassifier single = Create(options);
        for (int i = 0; i < 10; i++)
        {
            batch.ClassifyNow("app"u8, Text(i), 9);
            single.ClassifyNow("app"u8, Text(i), 9);
        }

        CollectingWaiter batchWaiter = new(records.Length);
        CollectingWaiter singleWaiter = new(records.Length);
        Verdict[] verdicts = new Verdict[records.Length];
        int pending = batch.Classify(new Records(records), batchWaiter, verdicts);
        Verdict[] expected = new Verdict[records.Length];
        ClassifyStatus[] statuses =
            [.. records.Select((record, i) => single.Classify(record.App, record.Body, record.DeclaredSeverity, singleWaiter, i, out expected[i]))];
        Assert.True(expected.SequenceEqual(verdicts), $"seed {seed}");
        Assert.Equal(statuses.Count(status => status == ClassifyStatus.Pending), pending);
        Assert.Equal([ClassifyStatus.Known, ClassifyStatus.Pending, ClassifyStatus.Fallback], statuses.Distinct().Order());
        AssertSame(single.Statistics, batch.Statistics);
        Assert.True(batch.Statistics.TurnedAwayTexts > 0, $"seed {seed}");

        // Those who wait are told the fallback.
        await batch.StopAsync(CancellationToken.None);
        await single.StopAsync(CancellationToken.None);
        Assert.Equal((pending, 0), (batchWaiter.Verdicts.Count, batchWaiter.ToldTwice));
        Assert.Equal(singleWaiter.Verdicts.OrderBy(told => told.Key), batchWaiter.Verdicts.OrderBy(told => told.Key));
        Assert.Equal(Enumerable.Range(0, statuses.Length).Where(i => statuses[i] == ClassifyStatus.Pending), batchWaiter.Verdicts.Keys.Order());
    }

    [Fact]
    public async Task Classify_OfKnownTexts_AllocatesNothing()
    {
        await using LogClassifier classifier = Create();
        Records records = new([.. Enumerable.Range(0, 100).Select(i => Record("app", Text(i % 5)))]);
        Verdict[] verdicts = new Verdict[100];
        for (int i = 0; i < 5; i++)
        {
            classifier.ClassifyNow("app"u8, Text(i), 9);
        }

        classifier.Classify(records, null, verdicts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            classifier.Classify(records, null, verdicts);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    static LogClassifier Create(ClassifierOptions? options = null) => LogClassifier.Create(options ?? new ClassifierOptions(), NullLogger.Instance);

    static (byte[] App, byte[] Body, byte DeclaredSeverity) Record(string app, byte[] body, byte declaredSeverity = 9) =>
        (Encoding.UTF8.GetBytes(app), body, declaredSeverity);

    static byte[] Text(int i) => Encoding.ASCII.GetBytes($"disk {(char)('a' + (i % 26))}{(char)('a' + (i / 26))} failure is imminent");

    static byte[] WithOtherDigits(byte[] body, Random random) =>
        [.. body.Select(b => char.IsAsciiDigit((char)b) && random.Next(3) == 0 ? (byte)('0' + random.Next(10)) : b)];

    /// <summary>Words that the normaliser leaves as they are.</summary>
    static byte[] Words(int length, int kind) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 6 == 5 && i < length - 1 ? ' ' : 'g' + ((i + kind) % 20)))];

    static void AssertSame(ClassifierStatistics expected, ClassifierStatistics actual)
    {
        Assert.Equal((expected.CacheHits, expected.CacheMisses, expected.Templates), (actual.CacheHits, actual.CacheMisses, actual.Templates));
        Assert.Equal((expected.ModelVerdicts, expected.FallbackVerdicts), (actual.ModelVerdicts, actual.FallbackVerdicts));
        Assert.Equal((expected.TurnedAwayTexts, expected.PendingTemplates), (actual.TurnedAwayTexts, actual.PendingTemplates));
    }
}
