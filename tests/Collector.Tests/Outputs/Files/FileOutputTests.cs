using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Collector.Outputs;
using Collector.Outputs.Files;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Tests.Shared;
using static Collector.Tests.Shared.Eventually;

namespace Collector.Tests.Outputs.Files;

public sealed class FileOutputTests : IDisposable
{
    static readonly TimeSpan Deadline = Patience.Long;

    readonly string _folder = Directory.CreateTempSubdirectory("collector-file-").FullName;
    readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(55));
    readonly ClassifiedBatchPool _pool = new(new Ledger());

    string Target => Path.Combine(_folder, "logs", "records.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Send_Records_AppendsLinesAndMakesFolderAndFileForTheGroupOnly()
    {
        await using (FileOutput output = await StartAsync(new FileOutputOptions { Path = Target }))
        {
            Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "a", "b"));
        }

        await using (FileOutput output = await StartAsync(new FileOutputOptions { Path = Target, Durability = FileDurability.Fsync }))
        {
            Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "c"));
        }

        Assert.Equal(["a", "b", "c"], Bodies(Target));
#pragma warning disable CA1416 // Linux only.

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Target) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.GetDirectoryName(Target)!) & (UnixFileMode.OtherRead | UnixFileMode.OtherExecute));
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData(LineFormat.Text, "2025-11-25T12:00:00.123456789Z INFO     routine      a\\nb\n")]
    [InlineData(LineFormat.Original, "a\\nb\n")]
    public async Task Send_InAnotherFormat_WritesALineARecordAndEndsOneThatACrashCut(object format, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllTextAsync(Target, "half a li");
        await using (FileOutput output = await StartAsync(new FileOutputOptions { Path = Target, Format = (LineFormat)format }))
        {
            Assert.Equal(SendOutcome.Delivered, await SendAsync(output, "a\nb"));
        }

        Assert.Equal("half a li\n" + line, await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task Send_OverTheSize_RotatesCompressesAndKeepsTheNewest()
    {
        FileOutputOptions options = new() { Path = Target, RotateBytes = 1000, KeepFiles = 3, RotateEvery = TimeSpan.Zero };
        await using (FileOutput output = await StartAsync(options))
        {
            for (int i = 0; i < 20; i++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(SendOutcome.Delivered, await SendAsync(output, $"{i} {new string('x', 900)}"));
            }

            await UntilAsync(() => RotatedName.Find(Target, RotatedName.Compressed).Count == 3 && RotatedName.Find(Target, "").Count == 0);
        }

        List<string> kept = [.. RotatedName.Find(Target, RotatedName.Compressed).SelectMany(Bodies), .. Bodies(Target)];
        Assert.Equal(["16", "17", "18", "19"], kept.Select(b => b.Split(' ')[0]));
    }

    [Fact]
    public async Task Send_OverTheAge_RotatesAndDeletesBeyondTheBytes()
    {
        FileOutputOptions options = new() { Path = Target, RotateEvery = TimeSpan.FromHours(1), KeepBytes = 1000, Compress = false };
        await using FileOutput output = await StartAsync(options);
        await SendAsync(output, new string('a', 600));
        _time.Advance(TimeSpan.FromMinutes(59));
        await SendAsync(output, "b");
        Assert.Empty(RotatedName.Find(Target, ""));
        _time.Advance(TimeSpan.FromMinutes(2));
        await SendAsync(output, new string('c', 600));
        Assert.Equal(["c"], Bodies(Target).Select(b => b[..1]));
        _time.Advance(TimeSpan.FromHours(1));
        await SendAsync(output, "d");
        await UntilAsync(() => RotatedName.Find(Target, "").Count == 1);
        Assert.Equal(["c"], Bodies(RotatedName.Find(Target, "")[0]).Select(b => b[..1]));
    }

    [Fact]
    public async Task Start_AfterACrash_CutsTheHalfRecordAndFinishesTheCompression()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, "{\"body\":\"whole\"}\n{\"body\":\"ha");
        string closed = RotatedName.For(Target, _time.GetUtcNow());
        File.WriteAllText(closed, "{\"body\":\"old\"}\n");
        File.WriteAllText(closed + RotatedName.Unfinished, "garbage");
        File.WriteAllText(Target + ".1", "of another program");
        await using FileOutput output = await StartAsync(new FileOutputOptions { Path = Target, KeepFiles = 1 });
        await SendAsync(output, "next");
        Assert.Equal(["whole", "next"], Bodies(Target));
        await UntilAsync(() => File.Exists(closed + ".gz") && !File.Exists(closed));
        Assert.Equal(["old"], Bodies(closed + ".gz"));
        Assert.False(File.Exists(closed + RotatedName.Unfinished));
        Assert.True(File.Exists(Target + ".1"));
    }

    [Fact]
    public async Task Start_OnAForeignFileWithoutLineEnd_KeepsItAndBeginsALine()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, "plain text");
        await using FileOutput output = await StartAsync(new FileOutputOptions { Path = Target });
        await SendAsync(output, "next");
        Assert.StartsWith("plain text\n{", File.ReadAllText(Target));
    }

    [Fact]
    public async Task Send_AfterTheFileWasMovedAway_WritesANewOneWithinASecond()
    {
        await using FileOutput output = await StartAsync(new FileOutputOptions { Path = Target });
        await SendAsync(output, "a");
        File.Move(Target, Target + ".1");
        _time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(output, "b");
        Assert.Equal(["a"], Bodies(Target + ".1"));
        Assert.Equal(["b"], Bodies(Target));
    }

    [Fact]
    public async Task Reopen_AfterTheFileWasMovedAway_MakesTheNewOneAtOnce()
    {
        await using FileOutput output = await StartAsync(new FileOutputOptions { Path = Target });
        await SendAsync(output, "a");
        File.Move(Target, Target + ".1");
        await output.ReopenAsync(default);
        Assert.True(File.Exists(Target));
        await SendAsync(output, "b");
        Assert.Equal(["b"], Bodies(Target));
    }

    [Fact]
    public async Task Send_AfterCopyTruncate_GoesOnAtTheNewEnd()
    {
        await using FileOutput output = await StartAsync(new FileOutputOptions { Path = Target });
        await SendAsync(output, "a");
        File.WriteAllText(Target, "");
        await SendAsync(output, "b");
        Assert.Equal(["b"], Bodies(Target));
    }

    [Fact]
    public async Task Start_WhereItCannotWrite_SaysWhichFileAndWhy()
    {
        string file = Path.Combine(_folder, "plain");
        File.WriteAllText(file, "");
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), file);
        Assert.Contains("symbolic link", await ProblemAsync(Path.Combine(_folder, "link")));
        Assert.Contains("directory", await ProblemAsync(_folder), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Path.Combine(file, "below"), await ProblemAsync(Path.Combine(file, "below")));
        Assert.Contains("not a regular file", await ProblemAsync("/dev/null"));
        await using FileOutput first = await StartAsync(new FileOutputOptions { Path = Target });
        Assert.Contains("another process or output", await ProblemAsync(Target));
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Contains("denied", await ProblemAsync("/collector-test.jsonl"));
        }
    }

    [Fact]
    public async Task Send_OnAFullDisk_ShowsNoHalfRecordAndResumesWhenThereIsRoom()
    {
        using SmallDisk? disk = SmallDisk.TryMount(Path.Combine(_folder, "disk"), "64k");
        if (disk is null)
        {
            return;
        }

        string target = Path.Combine(disk.Path, "records.jsonl");
        string ballast = Path.Combine(disk.Path, "ballast");
        File.WriteAllBytes(ballast, new byte[32 * 1024]);
        Ledger ledger = new();
        ClassifiedBatchPool pool = new(ledger);
        OutputContext context = new(TimeProvider.System, NullLoggerFactory.Instance);
        OutputSetup setup = new("file", FileOutput.Kind, FileOutput.Kind.QueueDefaults, new FileOutputOptions { Path = target });
        await using OutputQueue queue = setup.Create(context);
        await queue.StartAsync(default);
        int sent = 0;
        while (queue.Statistics.LastError.Length == 0)
        {
            BatchBuilder builder = new();
            for (int i = 0; i < 7; i++)
            {
                builder.Add($"{sent++} {new string('x', 300)}");
            }

            ClassifiedBatch batch = builder.Build(pool);
            ledger.Enter(batch.Count);
            await queue.OfferAsync(batch);
            batch.Release();
            await Task.Delay(1);
            Assert.True(sent < 10_000, "the disk never filled");
        }

        Assert.StartsWith("disk_full", queue.Statistics.LastError);
        int whole = Bodies(target).Count;
        Assert.Equal('\n', File.ReadAllText(target)[^1]);
        Assert.Equal(0, whole % 7);

        File.Delete(ballast);
        Stopwatch watch = Stopwatch.StartNew();
        await UntilAsync(() => queue.Statistics.QueuedRecords == 0);
        // A second or two, and time for a machine that stands still.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"resumed after {watch.Elapsed}");
        await queue.StopAsync(default).WaitAsync(Deadline);
        Assert.Equal(Enumerable.Range(0, sent), Bodies(target).Select(b => int.Parse(b.Split(' ')[0])));
        Assert.Equal((sent, 0), (ledger.Delivered, ledger.DroppedTotal));
    }

    static List<string> Bodies(string file)
    {
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress) : File.OpenRead(file);
        using StreamReader reader = new(stream);
        List<string> bodies = [];
        while (reader.ReadLine() is { } line)
        {
            using JsonDocument record = JsonDocument.Parse(line);
            bodies.Add(record.RootElement.GetProperty("body").GetString()!);
        }

        return bodies;
    }

    async Task<string> ProblemAsync(string path)
    {
        await using FileOutput output = Create(new FileOutputOptions { Path = path });
        OutputStartException problem = await Assert.ThrowsAsync<OutputStartException>(() => output.StartAsync(default));
        Assert.StartsWith("outputs.file: cannot write " + path, problem.Message);
        Assert.DoesNotContain('\n', problem.Message);
        return problem.Message;
    }

    FileOutput Create(FileOutputOptions options) => new("file", options, new OutputContext(_time, NullLoggerFactory.Instance));

    async Task<FileOutput> StartAsync(FileOutputOptions options)
    {
        FileOutput output = Create(options);
        await output.StartAsync(default);
        return output;
    }

    async Task<SendOutcome> SendAsync(FileOutput output, params string[] bodies)
    {
        BatchBuilder builder = new();
        foreach (string body in bodies)
        {
            builder.Add(body);
        }

        ClassifiedBatch batch = builder.Build(_pool);
        SendOutcome outcome = await output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), default);
        batch.Release();
        return outcome;
    }
}
