using System.Text.Json;
using Collector.Outputs;
using Collector.Outputs.DeadLetters;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Collector.Tests.Outputs.DeadLetters;

public sealed class DeadLetterTests : IDisposable
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly Ledger _ledger = new();
    readonly ClassifiedBatchPool _pool;
    readonly TemporaryFolder _folder = new();

    public DeadLetterTests() => _pool = new ClassifiedBatchPool(_ledger);

    string Target => _folder["dead-letters.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Send_RefusedForGood_IsKeptWithWhoWhyAndWhen()
    {
        using ScriptedServer server = new("400|bad\"line", "413|large", "401|who", "200|ok");
        OutputStatistics books = await RunAsync(new PostingOutput(server.Address), Options(), One("a"), One("b"), One("c"), One("d"));
        JsonElement[] letters = Letters(Target);
        Assert.Equal(["a", "b", "c"], letters.Select(Body));
        Assert.Equal(["http_400", "http_413", "http_401"], letters.Select(l => Why(l).GetProperty("reason").GetString()));
        Assert.All(letters, l => Assert.Equal("test", Why(l).GetProperty("output").GetString()));
        Assert.Contains("bad\"line", Why(letters[0]).GetProperty("detail").GetString(), StringComparison.Ordinal);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.InRange(Why(letters[0]).GetProperty("time").GetDateTimeOffset(), now - Deadline, now);
        Assert.Equal("info", letters[0].GetProperty("verdict").GetProperty("severity").GetString());
        Assert.Equal((3, 3, 0), (books.Failed, books.DeadLetters, books.LostDeadLetters));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        }
    }

    [Fact]
    public async Task Send_GivenUp_IsKeptWithItsReason()
    {
        OutputQueueOptions options = new() { RetryDelayMin = TimeSpan.FromMilliseconds(1), GiveUpAfter = TimeSpan.FromMilliseconds(1) };
        SendOutcome late = SendOutcome.Retry("timeout", "no answer", TimeSpan.FromSeconds(1));
        OutputStatistics books = await RunAsync(new AnsweringOutput(late), Options(), options, One("a"));
        Assert.Equal("timeout", Why(Assert.Single(Letters(Target))).GetProperty("reason").GetString());
        Assert.Equal((1, 1), (books.DroppedTotal, books.DeadLetters));
    }

    [Fact]
    public async Task Send_SomeRejected_KeepsThoseThatAreKnownAndCountsTheOthers()
    {
        BatchBuilder batch = new BatchBuilder().Add("a").Add("b").Add("c");
        OutputStatistics books = await RunAsync(
            new AnsweringOutput(
                SendOutcome.Delivered with { Rejected = 2, Reason = "rejected" },
                SendOutcome.Delivered with { Rejected = 1, Reason = "too_large", Lost = new[] { 1 } },
                SendOutcome.Delivered with { Rejected = 3, Reason = "rejected" }),
            Options(), batch, batch, batch);
        Assert.Equal(["b", "a", "b", "c"], Letters(Target).Select(Body));
        Assert.Equal((4, 2), (books.DeadLetters, books.LostDeadLetters));
    }

    [Fact]
    public async Task Send_MoreThanTheFilesHold_KeepsTheNewest()
    {
        const int batches = 40;
        string text = new('x', 100_000);
        BatchBuilder[] sent = [.. Enumerable.Range(0, batches).Select(i => new BatchBuilder { BufferBytes = 128 * 1024 }.Add($"{i} {text}"))];
        OutputStatistics books = await RunAsync(new RefusingOutput(), new DeadLetterOptions(Target, 1 << 20, 2), sent);
        string[] files = [.. Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal)];
        Assert.Equal(2, files.Length);
        Assert.All(files, f => Assert.InRange(new FileInfo(f).Length, 1, 1 << 20));
        // The open one sorts first.
        int[] kept = [.. Letters(files[1]).Concat(Letters(files[0])).Select(l => int.Parse(Body(l).Split(' ')[0]))];
        Assert.Equal(Enumerable.Range(batches - kept.Length, kept.Length), kept);
        Assert.Equal((batches, 0), (books.DeadLetters, books.LostDeadLetters));
    }

    [Fact]
    public async Task Send_APathThatIsALink_IsNotFollowedAndTheRecordsAreCounted()
    {
        File.CreateSymbolicLink(Target, _folder["elsewhere"]);
        OutputStatistics books = await RunAsync(new RefusingOutput(), Options(), One("a"), One("b"));
        Assert.False(File.Exists(_folder["elsewhere"]));
        Assert.Equal((2, 0, 2), (books.Failed, books.DeadLetters, books.LostDeadLetters));
    }

    [Fact]
    public async Task Send_AFileThatCannotBeMade_IsCountedAndSaidAndHoldsUpNothing()
    {
        CollectingLoggers loggers = new();
        string path = Path.Combine(_folder.Write("file", ""), "below.jsonl");
        OutputStatistics books = await RunAsync(new RefusingOutput(), new DeadLetterOptions(path, 1 << 20, 2), new OutputQueueOptions(), loggers, One("a"), One("b"));
        Assert.Equal((2, 0, 2), (books.Failed, books.DeadLetters, books.LostDeadLetters));
        Assert.Contains(loggers.Lines, m => m.Contains("refused records were not written to " + path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_OnAFullDisk_ShowsNoHalfLetterAndResumesWhenThereIsRoom()
    {
        using SmallDisk? disk = SmallDisk.TryMount(_folder["disk"], "64k");
        if (disk is null)
        {
            return;
        }

        const int batches = 40;
        DeadLetterOptions options = new(Path.Combine(disk.Path, "dead-letters.jsonl"), 1 << 20, 2);
        string ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[32 * 1024]);
        CollectingLoggers loggers = new();
        BatchBuilder[] sent = [.. Enumerable.Range(0, batches).Select(i => One($"{i} {new string('x', 3000)}"))];
        OutputStatistics full = await RunAsync(new RefusingOutput(), options, new OutputQueueOptions(), loggers, sent);
        Assert.InRange(full.DeadLetters, 1, batches - 1);
        Assert.Equal(batches, full.DeadLetters + full.LostDeadLetters);
        Assert.Equal(full.DeadLetters, Letters(options.Path).Length);
        Assert.Contains(loggers.Lines, m => m.Contains("No space left", StringComparison.Ordinal));

        File.Delete(ballast);
        OutputStatistics roomy = await RunAsync(new RefusingOutput(), options, One("after"));
        Assert.Equal((1, 0), (roomy.DeadLetters, roomy.LostDeadLetters));
        Assert.Equal("after", Body(Letters(options.Path)[^1]));
    }

    [Fact]
    public async Task Add_FasterThanTheDisk_IsBoundedAndCounted()
    {
        const int records = 8;
        OutputStatistics books = new("test");
        DeadLetterBox box = new(Options(), NullLogger.Instance, TimeProvider.System);
        BatchBuilder builder = new() { BufferBytes = 16 << 20 };
        for (int i = 0; i < records; i++)
        {
            builder.Add(new string('x', 1 << 20));
        }

        ClassifiedBatch batch = builder.Build(_pool);
        box.Add(books, batch, Identity.Upto(records).AsSpan(0, records), "rejected", "");
        await box.DisposeAsync().AsTask().WaitAsync(Deadline);
        Assert.Equal((4, 4), (books.DeadLetters, books.LostDeadLetters));
    }

    static BatchBuilder One(string body) => new BatchBuilder { Transport = body }.Add(body);

    static JsonElement[] Letters(string path) => [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)];

    static string Body(JsonElement letter) => letter.GetProperty("body").GetString()!;

    static JsonElement Why(JsonElement letter) => letter.GetProperty("dead_letter");

    DeadLetterOptions Options() => new(Target, 16 << 20, 4);

    Task<OutputStatistics> RunAsync(IOutput output, DeadLetterOptions options, params BatchBuilder[] batches) =>
        RunAsync(output, options, new OutputQueueOptions(), batches);

    Task<OutputStatistics> RunAsync(IOutput output, DeadLetterOptions options, OutputQueueOptions queue, params BatchBuilder[] batches) =>
        RunAsync(output, options, queue, NullLogger.Instance, batches);

    /// <summary>Sends the batches one after the other, each by itself, and stops.</summary>
    async Task<OutputStatistics> RunAsync(IOutput output, DeadLetterOptions options, OutputQueueOptions queueOptions, ILogger logger, params BatchBuilder[] batches)
    {
        DeadLetterBox box = new(options, logger, TimeProvider.System);
        await using OutputQueue queue = new(output, queueOptions, TimeProvider.System, NullLogger.Instance) { DeadLetters = box };
        await queue.StartAsync(default);
        foreach (BatchBuilder builder in batches)
        {
            ClassifiedBatch batch = builder.Build(_pool);
            _ledger.Enter(batch.Count);
            await queue.OfferAsync(batch);
            batch.Release();
            SpinWait.SpinUntil(() => queue.Statistics.QueuedRecords == 0, Deadline);
        }

        await queue.StopAsync(default).WaitAsync(Deadline);
        await box.DisposeAsync().AsTask().WaitAsync(Deadline);
        return queue.Statistics;
    }
}
