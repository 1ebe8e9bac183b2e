using System.Diagnostics;
using Collector.Outputs;
using Collector.Outputs.DeadLetters;
using Collector.Outputs.Spooling;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;
using static Collector.Tests.Shared.Eventually;

namespace Collector.Tests.Outputs.Spooling;

/// <summary>The queue with a spool behind it, on real files.</summary>
public sealed class SpoolTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    string Folder => _folder["spool"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Send_WhileTheFarSideIsDown_KeepsAllOnDiskInOrderAndSendsItAfter()
    {
        Ledger ledger = new();
        SwitchedOutput output = new();
        // Not to drop what is offered faster than any disk while it is sent.
        await using OutputQueue queue = await StartAsync(output, ledger, WhenFull.Block);
        Feeder feeder = new(queue, ledger);
        for (int i = 0; i < 100; i++)
        {
            await feeder.OfferAsync(50);
        }

        // On disk first, said to be safe then.
        await UntilAsync(() => feeder.Acknowledged == 5000);
        Assert.Equal(5000, queue.Spool!.Records);
        Assert.Equal((5000, 0, 5000, 0), (ledger.Received, ledger.Delivered, ledger.Queued, ledger.DroppedTotal));
        Assert.Equal(5000, queue.Statistics.QueuedRecords);
        output.IsUp = true;
        while (queue.Statistics.Delivered < 5000)
        {
            await feeder.OfferAsync(50);
        }

        // The ledger comes after the books of the output.
        await UntilAsync(() => ledger.Delivered == feeder.Offered);
        Assert.Equal(Enumerable.Range(0, feeder.Offered), output.Numbers);
        Assert.Equal((feeder.Offered, 0), (queue.Statistics.Delivered, ledger.Queued));
        await UntilAsync(() => queue.Spool!.Records == 0 && Segments().Length == 0);
    }

    [Fact]
    public async Task Stop_WithTheFarSideDown_IsQuickAndTheNextStartSendsFirstWhatIsOnDisk()
    {
        int offered;
        Ledger before = new();
        await using (OutputQueue queue = await StartAsync(new SwitchedOutput(), before))
        {
            Feeder feeder = new(queue, before);
            for (int i = 0; i < 20; i++)
            {
                await feeder.OfferAsync(10);
            }

            await queue.StopAsync(default).WaitAsync(Patience.Long);
            offered = feeder.Offered;
            Assert.Equal((offered, offered, 0), (before.Received, before.Queued, before.DroppedTotal));
            Assert.Equal(offered, feeder.Acknowledged);
        }

        Ledger after = new();
        SwitchedOutput output = new() { IsUp = true };
        await using OutputQueue next = await StartAsync(output, after);
        Feeder more = new(next, after, offered);
        await more.OfferAsync(5);
        await UntilAsync(() => after.Delivered == offered + 5);
        Assert.Equal(Enumerable.Range(0, offered + 5), output.Numbers);
        Assert.Equal((offered + 5, offered + 5, 0), (after.Received, after.Delivered, after.Queued));
    }

    /// <summary>A reload: the ledger goes on, and must not count twice what stays on disk.</summary>
    [Fact]
    public async Task Start_InTheSameProcess_EntersNothingTwice()
    {
        Ledger ledger = new();
        await using (OutputQueue queue = await StartAsync(new SwitchedOutput(), ledger))
        {
            await new Feeder(queue, ledger).OfferAsync(10);
            await queue.StopAsync(default);
        }

        SwitchedOutput output = new() { IsUp = true };
        await using OutputQueue next = await StartAsync(output, ledger);
        await UntilAsync(() => ledger.Delivered == 10);
        Assert.Equal((10, 10, 0, 0), (ledger.Received, ledger.Delivered, ledger.Queued, ledger.DroppedTotal));
    }

    /// <summary>A reload with a mistake that only the start finds: the output as it was before gets its spool back.</summary>
    [Fact]
    public async Task Start_OutputThatCannot_LetsGoOfTheFolderAndKeepsTheRecords()
    {
        Ledger ledger = new();
        await using (OutputQueue queue = await StartAsync(new SwitchedOutput(), ledger))
        {
            await new Feeder(queue, ledger).OfferAsync(10);
            await queue.StopAsync(default);
        }

        await using OutputQueue broken = Create(new SwitchedOutput { IsBroken = true }, ledger);
        await Assert.ThrowsAsync<OutputStartException>(() => broken.StartAsync(default));
        SwitchedOutput output = new() { IsUp = true };
        await using OutputQueue next = await StartAsync(output, ledger);
        await UntilAsync(() => ledger.Delivered == 10);
        Assert.Equal((10, 10, 0, 0), (ledger.Received, ledger.Delivered, ledger.Queued, ledger.DroppedTotal));
    }

    /// <summary>D11.</summary>
    [Fact]
    public async Task Start_TwoOutputsWithOneFolder_IsRefused()
    {
        await using OutputQueue queue = await StartAsync(new SwitchedOutput(), new Ledger());
        await using OutputQueue second = Create(new SwitchedOutput(), new Ledger());
        OutputStartException refused = await Assert.ThrowsAsync<OutputStartException>(() => second.StartAsync(default));
        Assert.Equal($"outputs.test: spool {Folder}: another process or output uses it; each output needs a folder of its own", refused.Message);
    }

    [Fact]
    public async Task Send_WhatWasOnDiskIsRefusedForGood_KeepsItAsDeadLettersAndGoesOn()
    {
        string letters = _folder["dead-letters.jsonl"];
        DeadLetterBox box = new(new DeadLetterOptions(letters, 1 << 20, 2), NullLogger.Instance, TimeProvider.System);
        Ledger ledger = new();
        SwitchedOutput output = new();
        await using (OutputQueue queue = await StartAsync(output, ledger, box: box))
        {
            Feeder feeder = new(queue, ledger);
            await feeder.OfferAsync(10);
            await UntilAsync(() => queue.Spool!.Records == 10);
            output.WhileDown = SendOutcome.Refused("http_400", "no thanks");
            await UntilAsync(() => queue.Spool!.Records == 0);
            output.IsUp = true;
            await feeder.OfferAsync(5);
            await UntilAsync(() => ledger.Delivered == 5);
            Assert.Equal((10, 15, 5, 0), (queue.Statistics.Failed, ledger.Received, ledger.Delivered, ledger.Queued));
        }

        await box.DisposeAsync();
        Assert.Equal(10, File.ReadAllLines(letters).Length);
    }

    /// <summary>D7.</summary>
    [Fact]
    public async Task Offer_WithTheDiskFull_LosesNothingAndResumesWhenThereIsRoom()
    {
        using SmallDisk? disk = SmallDisk.TryMount(Folder, "2m");
        if (disk is null)
        {
            return;
        }

        string ballast = Path.Combine(Folder, "ballast");
        File.WriteAllBytes(ballast, new byte[1 << 20]);
        Ledger ledger = new();
        SwitchedOutput output = new();
        await using OutputQueue queue = await StartAsync(output, ledger, WhenFull.Block, queueBytesMax: 1 << 20);
        Feeder feeder = new(queue, ledger, body: new string('x', 400));
        Task offer = Task.CompletedTask;
        await UntilAsync(() =>
        {
            offer = offer.IsCompleted ? feeder.OfferAsync(50) : offer;
            return queue.Problem is not null && !offer.IsCompleted;
        });
        Assert.Equal($"spool: cannot write to {Folder}: No space left on device", queue.Problem);
        Assert.True(queue.Spool!.Records > 500, $"{queue.Spool.Records} records");

        // No half block can be seen.
        string copy = _folder["copy"];
        Directory.CreateDirectory(copy);
        Array.ForEach(Segments(), path => File.Copy(path, Path.Combine(copy, Path.GetFileName(path))));
        using (Spool look = new("test", new SpoolOptions(copy, 64 << 20), dropsOldest: false, new ClassifiedBatchPool(null), null, new OutputStatistics("test"), TimeProvider.System, NullLogger.Instance))
        {
            look.Open();
            Assert.Equal(0, look.DamagedBlocks);
        }

        File.Delete(ballast);
        long started = Stopwatch.GetTimestamp();
        await UntilAsync(() => queue.Spool.Problem is null);
        // A second, and time for a machine that stands still.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(15));
        output.IsUp = true;
        await offer;
        await UntilAsync(() => ledger.Delivered == feeder.Offered);
        Assert.Equal(Enumerable.Range(0, feeder.Offered), output.Numbers);
        Assert.Equal((feeder.Offered, 0, 0), (ledger.Delivered, ledger.DroppedTotal, ledger.Queued));
    }

    [Theory]
    [InlineData(nameof(WhenFull.DropNewest))]
    [InlineData(nameof(WhenFull.DropOldest))]
    [InlineData(nameof(WhenFull.Block))]
    public async Task Offer_MoreThanTheQuota_GoesByThePolicyAndNeverAboveIt(string policy)
    {
        WhenFull whenFull = Enum.Parse<WhenFull>(policy);
        const int bytesMax = 4 << 20;
        Ledger ledger = new();
        SwitchedOutput output = new();
        await using OutputQueue queue = await StartAsync(output, ledger, whenFull, bytesMax, queueBytesMax: 4 << 20);
        Feeder feeder = new(queue, ledger, body: new string('x', 400));
        bool isBlocked = false;
        while (feeder.Offered < 20_000 && !isBlocked)
        {
            Task offer = feeder.OfferAsync(100);
            isBlocked = !offer.IsCompleted && await Task.WhenAny(offer, Task.Delay(TimeSpan.FromSeconds(2))) != offer;
            Assert.True(FileBytes() <= bytesMax, $"{FileBytes()} bytes");
            if (whenFull != WhenFull.Block)
            {
                // As fast as the disk, so that it is the disk that is full; a pack of records is half a MiB at most.
                await UntilAsync(() => queue.Statistics.QueuedRecords - queue.Spool!.Records < 2500
                    || (whenFull == WhenFull.DropNewest && queue.Spool!.Bytes > bytesMax - (1 << 19)));
            }
        }

        Assert.Equal(whenFull == WhenFull.Block, isBlocked);
        Assert.Equal(whenFull != WhenFull.Block, queue.Statistics.DroppedTotal > 0);
        output.IsUp = true;
        await UntilAsync(() => ledger.Queued == 0 && feeder.Acknowledged == feeder.Offered);
        List<int> numbers = [.. output.Numbers];
        Assert.Equal(feeder.Offered, numbers.Count + queue.Statistics.DroppedTotal);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal((feeder.Offered, numbers.Count, 0), (ledger.Received, ledger.Delivered, ledger.Queued));
        switch (whenFull)
        {
            case WhenFull.Block:
                Assert.Equal(Enumerable.Range(0, feeder.Offered), numbers);
                break;
            case WhenFull.DropNewest:
                Assert.Equal(Enumerable.Range(0, 6000), numbers.Take(6000));
                break;
            default:
                Assert.Equal(feeder.Offered - 1, numbers[^1]);
                Assert.Contains(ledger.Dropped, d => d.Key.Reason == OutputDropReasons.SpoolFull && d.Value > 0);
                break;
        }
    }

    async Task<OutputQueue> StartAsync(
        IOutput output, Ledger ledger, WhenFull whenFull = WhenFull.DropNewest, long bytesMax = 64 << 20, long queueBytesMax = 8 << 20, DeadLetterBox? box = null)
    {
        OutputQueue queue = Create(output, ledger, whenFull, bytesMax, queueBytesMax, box);
        await queue.StartAsync(default);
        return queue;
    }

    OutputQueue Create(
        IOutput output, Ledger ledger, WhenFull whenFull = WhenFull.DropNewest, long bytesMax = 64 << 20, long queueBytesMax = 8 << 20, DeadLetterBox? box = null)
    {
        OutputQueueOptions options = new()
        {
            Spool = new SpoolOptions(Folder, bytesMax),
            WhenFull = whenFull,
            QueueBytesMax = queueBytesMax,
            GiveUpAfter = TimeSpan.Zero,
            RetryDelayMin = TimeSpan.FromMilliseconds(50),
            RetryDelayMax = TimeSpan.FromMilliseconds(200),
        };
        return new OutputQueue(output, options, TimeProvider.System, NullLogger.Instance, ledger) { DeadLetters = box };
    }

    string[] Segments() => Directory.GetFiles(Folder, "*" + SpoolSegment.Extension);

    long FileBytes() => new DirectoryInfo(Folder).GetFiles("*" + SpoolSegment.Extension).Sum(file => file.Exists ? file.Length : 0);
}
