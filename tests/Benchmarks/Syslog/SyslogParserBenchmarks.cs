using System.Text;
using BenchmarkDotNet.Attributes;
using Benchmarks.Load;
using Receivers;
using Receivers.Syslog;

namespace Benchmarks.Syslog;

/// <summary>Frames and records of one buffer full of lines: what the TCP path does between two reads.</summary>
[MemoryDiagnoser]
public class SyslogParserBenchmarks
{
    const int Lines = 1000;

    readonly RecordBatchPool _pool = new();
    RecordBatch _batch = null!;

    /// <summary>Kinds of lines; the result is per line.</summary>
    [Params("rfc3164-short", "rfc3164-typical", "rfc3164-long", "rfc5424-typical", "rfc5424-data", "counted", "raw")]
    public string Kind { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        byte[][] lines = LogLines.Make(Lines);
        byte[] text = [.. Enumerable.Range(0, Lines).SelectMany(i => Line(lines[i], i))];
        _batch = _pool.Rent(text.Length);
        text.CopyTo(_batch.Buffer, 0);
        _batch.BytesUsed = text.Length;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public int FrameAndParse()
    {
        SyslogFramer framer = new(SyslogFraming.Auto, 64 * 1024);
        SyslogParserContext context = new(1_795_608_000_000_000_000, SyslogZone.Utc, 0);
        ReadOnlySpan<byte> unread = _batch.Buffer.AsSpan(0, _batch.BytesUsed);
        int start = 0;
        while (framer.TryRead(unread, isEnd: false, out int consumed, out SyslogFrame frame))
        {
            SyslogParser.Parse(_batch, new Slice(start + frame.Start, frame.Length), context, frame.Marks);
            start += consumed;
            unread = unread[consumed..];
        }

        int count = _batch.Count;
        for (int i = 0; i < count; i++)
        {
            _batch.RemoveLast();
        }

        return count;
    }

    byte[] Line(byte[] typical, int index) => Kind switch
    {
        "rfc3164-short" => Encoding.ASCII.GetBytes($"<13>Nov 25 10:11:12 web1 app[{index}]: started\n"),
        "rfc3164-typical" => [.. typical, (byte)'\n'],
        "rfc3164-long" => [.. typical, .. new string('x', 4000).Select(c => (byte)c), (byte)'\n'],
        "rfc5424-typical" => [.. Encoding.ASCII.GetBytes($"<34>1 2026-11-25T10:11:12.{index:D6}Z web1 app {index} ID47 - "), .. typical.AsSpan(40), (byte)'\n'],
        "rfc5424-data" => [.. Encoding.ASCII.GetBytes($"<34>1 2026-11-25T10:11:12.{index:D6}+02:00 web1 app {index} ID47 [meta@32473 sequenceId=\"{index}\" ip=\"10.0.0.1\"] "), .. typical.AsSpan(80), (byte)'\n'],
        "counted" => [.. Encoding.ASCII.GetBytes($"{typical.Length} "), .. typical],
        _ => [.. typical.AsSpan(25), (byte)'\n'],
    };
}
