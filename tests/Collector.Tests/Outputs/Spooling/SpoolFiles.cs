using System.Globalization;
using System.Text;
using Collector.Outputs;
using Collector.Outputs.Spooling;
using Collector.Pipeline;
using Collector.Tests.Shared;
using Receivers;

namespace Collector.Tests.Outputs.Spooling;

/// <summary>A spool on real files without the queue in front of it: a write is a block, and what is read is checked to be what was written.</summary>
sealed class SpoolFiles : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public SpoolFiles() => Folder = _folder["spool"];

    public string Folder { get; }

    /// <summary>Of the spool that was opened last, as that of a process that was just started.</summary>
    public Ledger Ledger { get; private set; } = new();

    /// <inheritdoc cref="Ledger"/>
    public OutputStatistics Statistics { get; private set; } = new("test");

    public CollectingLoggers Log { get; private set; } = new();

    public string[] Segments => [.. Directory.GetFiles(Folder, "*" + SpoolSegment.Extension).Order(StringComparer.Ordinal)];

    public string[] Asides => Directory.GetFiles(Folder, "*.damaged");

    public long FileBytes => Segments.Concat(Asides).Sum(path => new FileInfo(path).Length);

    public Spool Open(long bytesMax = 16 << 20, bool dropsOldest = false)
    {
        (Ledger, Statistics, Log) = (new Ledger(), new OutputStatistics("test"), new CollectingLoggers());
        Spool spool = new(
            "test", new SpoolOptions(Folder, bytesMax), dropsOldest, new ClassifiedBatchPool(ledger: null), Ledger, Statistics, TimeProvider.System, Log);
        spool.Open();
        return spool;
    }

    /// <summary>Opens, writes blocks of one record each, and closes.</summary>
    public void Fill(int blocks, int bytes = 0)
    {
        using Spool spool = Open();
        for (int i = 0; i < blocks; i++)
        {
            Assert.Equal(SpoolStop.None, Write(spool, i, bytes));
        }
    }

    /// <summary>Writes a block of one record.</summary>
    /// <param name="spool">Where.</param>
    /// <param name="number">That its body begins with; what follows depends on it.</param>
    /// <param name="bytes">Length of the body, roughly.</param>
    public SpoolStop Write(Spool spool, int number, int bytes = 0)
    {
        ClassifiedBatch batch = new BatchBuilder { BufferBytes = Math.Max(RecordBatchPool.SmallBytes, bytes * 2) }
            .Add(Body(number, bytes)).Build(new ClassifiedBatchPool(Ledger));
        Ledger.Enter(1);
        Statistics.Enter(1);
        QueueEntry entry = new();
        entry.Hold(batch, Identity.Upto(1), isRented: false, 1, TimeProvider.System.GetTimestamp());
        batch.Release();
        if (spool.Write([entry], out SpoolStop stop) == 0)
        {
            Statistics.Drop(1, "test");
            entry.Finish(1, "test", "test");
        }
        else
        {
            entry.Finish(0, "", "");
        }

        return stop;
    }

    /// <summary>Reads to the end.</summary>
    public List<int> ReadAll(Spool spool)
    {
        List<int> numbers = [];
        while (spool.Read() is { } entry)
        {
            numbers.AddRange(NumbersOf(entry));
            Statistics.Deliver(entry.Count);
            entry.Finish(0, "", "");
            spool.Done();
        }

        return numbers;
    }

    /// <summary>Opens, reads to the end and closes. The books have to close.</summary>
    public (List<int> Numbers, long Damaged) Drain()
    {
        using Spool spool = Open();
        List<int> numbers = ReadAll(spool);
        Assert.Equal((0, 0), (spool.Records, Statistics.QueuedRecords));
        Assert.Equal((Ledger.Received, 0), (Ledger.Delivered + Ledger.DroppedTotal, Ledger.Queued));
        Assert.Equal((numbers.Count, Statistics.DroppedTotal), (Ledger.Delivered, Ledger.DroppedTotal));
        return (numbers, spool.DamagedBlocks);
    }

    public Dictionary<string, byte[]> Copy() => Directory.GetFiles(Folder).ToDictionary(path => path, File.ReadAllBytes);

    public void Restore(Dictionary<string, byte[]> files)
    {
        foreach (string path in Directory.GetFiles(Folder).Where(path => !files.ContainsKey(path)))
        {
            File.Delete(path);
        }

        foreach ((string path, byte[] bytes) in files)
        {
            File.WriteAllBytes(path, bytes);
        }
    }

    public void Dispose() => _folder.Dispose();

    public static List<int> NumbersOf(QueueEntry entry)
    {
        List<int> numbers = [];
        foreach (int index in entry.Selected.Span)
        {
            string body = Encoding.UTF8.GetString(entry.Batch[entry.Batch.Records[index].Body]);
            int number = int.Parse(body.AsSpan(0, body.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            Assert.Equal(Body(number, body.Length), body);
            numbers.Add(number);
        }

        return numbers;
    }

    static string Body(int number, int bytes)
    {
        string body = string.Create(CultureInfo.InvariantCulture, $"{number} {number * 7919}");
        return body.PadRight(bytes, (char)('a' + (number % 26)));
    }
}
