using System.Buffers.Binary;
using System.IO.Hashing;
using Collector.Outputs;
using Collector.Outputs.Spooling;
using Collector.Pipeline;

namespace Collector.Tests.Outputs.Spooling;

/// <summary>What crashes, disks and people do to the files. The ids are those of docs/faults.md.</summary>
public sealed class SpoolFaultTests : IDisposable
{
    readonly SpoolFiles _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>D4.</summary>
    [Fact]
    public void Open_LastBlockCutAtEveryByte_KeepsWhatIsWholeAndGoesOn()
    {
        long whole;
        using (Spool spool = _files.Open())
        {
            _files.Write(spool, 0);
            _files.Write(spool, 1);
            whole = spool.Bytes;
            _files.Write(spool, 2);
        }

        string segment = Assert.Single(_files.Segments);
        Dictionary<string, byte[]> before = _files.Copy();
        long end = before[segment].Length;
        for (long length = whole; length < end; length++)
        {
            _files.Restore(before);
            using (FileStream file = File.OpenWrite(segment))
            {
                file.SetLength(length);
            }

            using Spool spool = _files.Open();
            Assert.Equal((2, length > whole ? 1 : 0), (spool.Records, spool.DamagedBlocks));
            Assert.Equal(whole, new FileInfo(segment).Length);
            _files.Write(spool, 3);
            Assert.Equal([0, 1, 3], _files.ReadAll(spool));
        }
    }

    /// <summary>D5.</summary>
    [Fact]
    public void Read_EachBitFlipped_LosesThatBlockOnlyAndCountsIt()
    {
        List<long> ends = [];
        using (Spool spool = _files.Open())
        {
            for (int i = 0; i < 3; i++)
            {
                _files.Write(spool, i);
                ends.Add(spool.Bytes);
            }
        }

        string segment = Assert.Single(_files.Segments);
        Dictionary<string, byte[]> before = _files.Copy();
        byte[] sound = before[segment];
        for (int bit = 0; bit < sound.Length * 8; bit++)
        {
            byte[] flipped = [.. sound];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            _files.Restore(new Dictionary<string, byte[]>(before) { [segment] = flipped });
            int hit = bit / 8 < SpoolFormat.SegmentHeaderBytes ? -1 : ends.FindIndex(end => bit / 8 < end);
            (List<int> numbers, long damaged) = _files.Drain();
            Assert.Equal(Enumerable.Range(0, 3).Where(n => n != hit), numbers);
            Assert.True(damaged == 1, $"bit {bit}: {damaged}");
            // The end of the last file is cut like what a crash leaves; all else is set aside.
            Assert.Equal(hit == 2 ? 0 : 1, _files.Asides.Length);
        }
    }

    /// <summary>D5, of what is not the last file: its headers are believed at the start, and what they promised is counted.</summary>
    [Fact]
    public void Read_APageOfZeros_SkipsItAndCountsTheRecords()
    {
        _files.Fill(600, bytes: 1000);
        using (Spool spool = _files.Open())
        {
            _files.Write(spool, 600);
        }

        Assert.Equal(2, _files.Segments.Length);
        using (FileStream file = File.OpenWrite(_files.Segments[0]))
        {
            file.Position = 100 * 4096;
            file.Write(new byte[4096]);
        }

        (List<int> numbers, long damaged) = _files.Drain();
        Assert.Equal(1, damaged);
        Assert.InRange(numbers.Count, 594, 598);
        Assert.Equal(600, numbers[^1]);
        Assert.Equal(numbers.Order(), numbers);
        Assert.Single(_files.Asides);
        Assert.Contains(_files.Log.Lines, line => line.StartsWith("Error Output test found 1 damaged blocks", StringComparison.Ordinal));
    }

    /// <summary>D5.</summary>
    [Fact]
    public void Read_AMiddleFileGoneAndTwoSwapped_SendsTheOthersInOrder()
    {
        FillFiles(5);
        string[] segments = _files.Segments;
        File.Delete(segments[2]);
        File.Move(segments[0], segments[2]);
        File.Move(segments[4], segments[0]);
        File.Move(segments[2], segments[4]);
        (List<int> numbers, long damaged) = _files.Drain();
        Assert.Equal([0, 1, 3, 4], numbers);
        Assert.Equal(0, damaged);
        Assert.Empty(_files.Segments);
    }

    /// <summary>D5: after a loss of power the position may be an older one.</summary>
    [Fact]
    public void Read_WithAnOlderPositionOrNone_SendsTwiceAndLosesNothing()
    {
        _files.Fill(4);
        string position = Path.Combine(_files.Folder, SpoolPosition.FileName);
        byte[] old = File.ReadAllBytes(position);
        using (Spool spool = _files.Open())
        {
            ReadOne(spool);
        }

        using (Spool spool = _files.Open())
        {
            Assert.Equal(3, spool.Records);
        }

        File.WriteAllBytes(position, old);
        using (Spool spool = _files.Open())
        {
            Assert.Equal(4, spool.Records);
            ReadOne(spool);
        }

        File.WriteAllText(position, "no position, and longer than one by far, whatever it may be that has written it here");
        Assert.Equal([0, 1, 2, 3], _files.Drain().Numbers);
    }

    /// <summary>D6.</summary>
    [Fact]
    public void Open_WithForeignFiles_LeavesThemAndNamesThem()
    {
        _files.Fill(1);
        string[] foreign = ["notes.txt", "00000000000000aa.seg.bak", "ABCDEF0000000000.seg", "aaaa.seg"];
        foreach (string name in foreign)
        {
            File.WriteAllText(Path.Combine(_files.Folder, name), "mine");
        }

        File.CreateSymbolicLink(Path.Combine(_files.Folder, "00000000000000bb.seg"), "/etc/passwd");
        Directory.CreateDirectory(Path.Combine(_files.Folder, "00000000000000cc.seg"));
        Assert.Equal([0], _files.Drain().Numbers);
        string line = Assert.Single(_files.Log.Lines, l => l.Contains("left alone", StringComparison.Ordinal));
        Assert.StartsWith("Warning", line, StringComparison.Ordinal);
        Assert.All(foreign, name => Assert.Equal("mine", File.ReadAllText(Path.Combine(_files.Folder, name))));
        Assert.True(new FileInfo(Path.Combine(_files.Folder, "00000000000000bb.seg")).LinkTarget == "/etc/passwd");
    }

    /// <summary>D6: a file with our name and anything in it is set aside.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(5000)]
    public void Open_WithGarbageUnderOurName_SetsItAsideAndGoesOn(int bytes)
    {
        _files.Fill(1);
        byte[] garbage = new byte[bytes];
        new Random(bytes).NextBytes(garbage);
        File.WriteAllBytes(Path.Combine(_files.Folder, SpoolSegment.NameOf(1)), garbage);
        using Spool spool = _files.Open();
        _files.Write(spool, 1);
        Assert.Equal([0, 1], _files.ReadAll(spool));
        Assert.Equal(bytes < SpoolFormat.SegmentHeaderBytes ? 0 : 1, _files.Asides.Length);
    }

    /// <summary>D8: a stop while a block is being sent and the spool is full finds the block where it was.</summary>
    [Fact]
    public void DropOldest_WhileABlockIsInHand_DropsTheFileBehindIt()
    {
        FillFiles(4);
        using (Spool spool = _files.Open(dropsOldest: true))
        {
            QueueEntry inHand = spool.Read()!;
            Assert.True(spool.DropOldest());
            Assert.Equal((3, 1), (spool.Records, _files.Statistics.DroppedTotal));
            inHand.Abandon();
        }

        Assert.Equal([0, 2, 3], _files.Drain().Numbers);
    }

    /// <summary>D11.</summary>
    [Fact]
    public void Open_AFolderThatCannotBeUsed_IsOneLineThatSaysWhy()
    {
        using (Spool spool = _files.Open())
        {
            Assert.Contains("another process or output uses it", Refusal(_files.Folder), StringComparison.Ordinal);
        }

        string link = _files.Folder + "-link";
        File.CreateSymbolicLink(link, _files.Folder);
        Assert.Contains("it is a symbolic link", Refusal(link), StringComparison.Ordinal);
        Assert.Contains("it is a symbolic link", Refusal(link + "/"), StringComparison.Ordinal);
        Assert.Contains("it is not a folder", Refusal("/dev/null"), StringComparison.Ordinal);
        // Where not even root may make one.
        Assert.Contains("outputs.test: spool /proc/spool: ", Refusal("/proc/spool"), StringComparison.Ordinal);
        Assert.NotEmpty(Refusal("/dev/null/spool"));
    }

    /// <summary>D11: the files are for their owner only.</summary>
    [Fact]
    public void Open_ANewFolder_IsReadableByItsOwnerOnly()
    {
        _files.Fill(1);
#pragma warning disable CA1416 // Linux only.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_files.Folder));
        Assert.All(Directory.GetFiles(_files.Folder), path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
#pragma warning restore CA1416
    }

    /// <summary>D12.</summary>
    [Fact]
    public void Write_ARecordLargerThanABlock_IsKeptAndOneLargerThanTheSpoolIsNot()
    {
        const int bytesMax = 2 << 20;
        using Spool spool = _files.Open(bytesMax);
        Assert.Equal(SpoolStop.None, _files.Write(spool, 0, 1 << 20));
        Assert.Equal(SpoolStop.TooLarge, _files.Write(spool, 1, 3 << 20));
        Assert.Equal(SpoolStop.Full, _files.Write(spool, 2, 3 << 19));
        Assert.InRange(_files.FileBytes, 1 << 20, bytesMax);
        Assert.Equal([0], _files.ReadAll(spool));
        Assert.Equal(SpoolStop.None, _files.Write(spool, 3));
        Assert.Equal([3], _files.ReadAll(spool));
    }

    /// <summary>D13.</summary>
    [Fact]
    public void Open_ANearlyFullSpool_KnowsItsSizeAndTakesMoreOnceItIsSent()
    {
        const int bytesMax = 1 << 20;
        using (Spool spool = _files.Open(bytesMax))
        {
            for (int i = 0; _files.Write(spool, i, 10_000) == SpoolStop.None; i++)
            {
            }
        }

        using Spool again = _files.Open(bytesMax);
        Assert.Equal(_files.FileBytes, again.Bytes);
        Assert.InRange(again.Bytes, bytesMax - 20_000, bytesMax);
        Assert.Equal(SpoolStop.Full, _files.Write(again, 1000, 10_000));
        _files.ReadAll(again);
        Assert.Equal((0, 0), (again.Bytes, _files.FileBytes));
        Assert.Equal(SpoolStop.None, _files.Write(again, 1001, 10_000));
        Assert.Equal([1001], _files.ReadAll(again));
    }

    /// <summary>D14.</summary>
    [Fact]
    public void Open_AFileOfALaterVersion_IsRefusedAndNothingIsTouched()
    {
        FillFiles(3);
        byte[] later = File.ReadAllBytes(_files.Segments[1]);
        later[8] = SpoolFormat.Version + 1;
        BinaryPrimitives.WriteUInt64LittleEndian(later.AsSpan(24), XxHash3.HashToUInt64(later.AsSpan(0, 24)));
        File.WriteAllBytes(_files.Segments[1], later);
        Dictionary<string, byte[]> before = _files.Copy();
        string refusal = Refusal(_files.Folder);
        Assert.Contains($"{_files.Segments[1]} has format 2 and this version reads 1", refusal, StringComparison.Ordinal);
        Assert.Equal(before, _files.Copy());
    }

    string Refusal(string folder)
    {
        Spool spool = new(
            "test", new SpoolOptions(folder, 1 << 20), dropsOldest: false, new ClassifiedBatchPool(ledger: null), null, _files.Statistics, TimeProvider.System, _files.Log);
        string message = Assert.Throws<OutputStartException>(spool.Open).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    /// <summary>A file for each block: after a start there is a new one.</summary>
    void FillFiles(int files)
    {
        for (int i = 0; i < files; i++)
        {
            using Spool spool = _files.Open();
            _files.Write(spool, i);
        }
    }

    void ReadOne(Spool spool)
    {
        QueueEntry entry = spool.Read()!;
        Assert.Equal([0], SpoolFiles.NumbersOf(entry));
        _files.Statistics.Deliver(1);
        entry.Finish(0, "", "");
        spool.Done();
    }
}
