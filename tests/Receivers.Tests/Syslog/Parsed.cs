using System.Globalization;
using System.Text;
using Receivers.Syslog;

namespace Receivers.Tests.Syslog;

/// <summary>One parsed frame, its fields as text for the eye. Bytes stand for themselves (Latin-1).</summary>
sealed class Parsed
{
    /// <summary>2026-11-25T12:00:00Z.</summary>
    public const long Now = 1_795_608_000_000_000_000;

    readonly RecordBatch _batch;

    Parsed(RecordBatch batch, long allocatedBytes) => (_batch, AllocatedBytes) = (batch, allocatedBytes);

    /// <summary>By the parser.</summary>
    public long AllocatedBytes { get; }

    public LogRecord Record => _batch.Records[0];

    public string Host => Text(Record.Hostname);

    public string App => Text(Record.AppName);

    public string Pid => Text(Record.ProcId);

    public string MsgId => Text(Record.MsgId);

    public string Data => Text(Record.StructuredData);

    public string Body => Text(Record.Body);

    public ParseMarks Marks => Record.Marks;

    public byte[] Original => _batch[Record.Original].ToArray();

    /// <summary>RFC 3339 in UTC with as many digits as it needs; empty when there is none.</summary>
    public string Stamp => Record.TimestampUnixNano == 0 ? "" : Format(Record.TimestampUnixNano);

    public static Parsed From(string frame, long observed = Now, SyslogZone? zone = null) => From(Encoding.Latin1.GetBytes(frame), observed, zone);

    public static Parsed From(ReadOnlySpan<byte> frame, long observed = Now, SyslogZone? zone = null, ParseMarks framing = ParseMarks.None)
    {
        // Odd offset, and other bytes around: nothing outside of the frame may be looked at.
        const int Before = 7;
        RecordBatch batch = new RecordBatchPool().Rent(frame.Length + 64);
        batch.Buffer.AsSpan().Fill((byte)'7');
        frame.CopyTo(batch.Buffer.AsSpan(Before));
        batch.BytesUsed = Before + frame.Length;
        SyslogParserContext context = new(observed, zone ?? SyslogZone.Utc, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParseMarks marks = SyslogParser.Parse(batch, new Slice(Before, frame.Length), context, framing);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(1, batch.Count);
        Assert.Equal(marks, batch.Records[0].Marks);
        return new Parsed(batch, allocated);
    }

    public static string Format(long unixNano)
    {
        DateTime whole = DateTime.UnixEpoch.AddSeconds(Math.Floor(unixNano / 1e9));
        long nanos = ((unixNano % 1_000_000_000) + 1_000_000_000) % 1_000_000_000;
        string fraction = nanos == 0 ? "" : "." + nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return whole.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z";
    }

    string Text(Slice slice)
    {
        if (!slice.IsEmpty)
        {
            Assert.InRange(slice.Offset, Record.Original.Offset, Record.Original.End);
            Assert.InRange(slice.End, Record.Original.Offset, Record.Original.End);
        }

        return Encoding.Latin1.GetString(_batch[slice]);
    }
}
