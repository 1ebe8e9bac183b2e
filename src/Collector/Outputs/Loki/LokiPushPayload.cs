using System.Globalization;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Outputs.Requests;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Loki;

/// <summary>Records as the JSON of Loki's push API: a stream for each app, host, severity and category, in it the records in the order of the batch.</summary>
/// <remarks>
/// Records of a stream with one time stamp are set a nanosecond apart, since Loki keeps equal lines of equal times once.
/// Source: Loki HTTP API, "Ingest logs".
/// </remarks>
/// <param name="bytesMax">Size of a request.</param>
/// <param name="format">What the line is.</param>
/// <param name="originsMax">Pairs of app and host with labels of their own.</param>
sealed class LokiPushPayload(int bytesMax, LineFormat format, int originsMax) : IRequestPayload
{
    // {"stream":{…,"severity":"…","category":"…"},"values":[…]}, with its words.
    const int StreamFrameBytes = 100;
    const int RequestFrameBytes = 14;

    readonly LokiOrigins _origins = new(originsMax);
    readonly LokiMetadata _metadata = new();
    readonly RecordJson _json = new();
    readonly GroupedItems _items = new();
    readonly PayloadBuffer _line = new();
    readonly Dictionary<int, int> _streamByKey = [];
    readonly List<Stream> _streams = [];

    public RequestPart Write(PayloadBuffer to, ClassifiedBatch batch, ReadOnlySpan<int> selected)
    {
        _items.Clear();
        _streamByKey.Clear();
        _streams.Clear();
        long bytes = RequestFrameBytes;
        int taken = 0;
        int written = 0;
        foreach (int index in selected)
        {
            if (TryAdd(batch, index, ref bytes))
            {
                written++;
            }
            else if (written > 0)
            {
                break;
            }

            taken++;
        }

        WriteStreams(to);
        return new RequestPart(taken, written, taken - written);
    }

    public void Dispose()
    {
        _items.Dispose();
        _metadata.Dispose();
        _line.Dispose();
    }

    bool TryAdd(ClassifiedBatch batch, int index, ref long bytes)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        if (record.Body.Length > bytesMax)
        {
            return false;
        }

        Span<byte> address = stackalloc byte[64];
        scoped ReadOnlySpan<byte> host = batch[record.Hostname];
        if (host.IsEmpty)
        {
            host = address[..batch.Sources[record.Source].Peer.Write(address, withPort: false)];
        }

        int group = FindStream(batch[record.AppName], host, batch.Verdicts[index]);
        Stream stream = _streams[group];
        long time = record.TimestampUnixNano > 0 ? record.TimestampUnixNano : record.ObservedUnixNano;
        long apart = time == stream.Asked ? stream.Given + 1 : time;
        int start = _items.Bytes.Length;
        WriteValue(batch, index, apart, host);
        long added = _items.Bytes.Length - start + 1 + (_items.CountOf(group) == 0 ? _origins.Labels(stream.Origin).Length + StreamFrameBytes : 0);
        if (bytes + added > bytesMax)
        {
            _items.Bytes.CutTo(start);
            return false;
        }

        _items.Add(group, start);
        _streams[group] = stream with { Asked = time, Given = apart };
        bytes += added;
        return true;
    }

    int FindStream(ReadOnlySpan<byte> app, ReadOnlySpan<byte> host, in Verdict verdict)
    {
        int origin = _origins.Find(app, host);
        int key = (((origin * LabelNames.Severities.Count) + (int)verdict.Severity) * LabelNames.Categories.Count) + (int)verdict.Category;
        if (!_streamByKey.TryGetValue(key, out int group))
        {
            group = _items.AddGroup();
            _streamByKey.Add(key, group);
            _streams.Add(new Stream(origin, verdict.Severity, verdict.Category, -1, -1));
        }

        return group;
    }

    /// <summary><c>["1764072000123456789","line",{…}]</c>.</summary>
    void WriteValue(ClassifiedBatch batch, int index, long unixNano, ReadOnlySpan<byte> host)
    {
        PayloadBuffer to = _items.Bytes;
        to.Write("[\""u8);
        unixNano.TryFormat(to.Reserve(20), out int digits, default, CultureInfo.InvariantCulture);
        to.Advance(digits);
        to.Write("\","u8);
        WriteLine(to, batch, index);
        to.WriteByte((byte)',');
        _metadata.Write(to, batch, index, host);
        to.WriteByte((byte)']');
    }

    void WriteLine(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        switch (format)
        {
            case LineFormat.Json:
                _line.Clear();
                _json.Write(_line, batch, index);
                JsonText.Write(to, _line.Span);
                break;
            case LineFormat.Original when batch.Format == RecordFormat.Syslog:
                JsonText.Write(to, batch[record.Original]);
                break;
            default:
                JsonText.Write(to, batch[record.Body]);
                break;
        }
    }

    void WriteStreams(PayloadBuffer to)
    {
        to.Write("{\"streams\":["u8);
        bool isFirst = true;
        for (int group = 0; group < _items.GroupCount; group++)
        {
            if (_items.CountOf(group) == 0)
            {
                continue;
            }

            Stream stream = _streams[group];
            to.Write(isFirst ? "{\"stream\":{"u8 : ",{\"stream\":{"u8);
            isFirst = false;
            to.Write(_origins.Labels(stream.Origin));
            to.Write(",\"severity\":\""u8);
            WriteWord(to, stream.Severity.Name());
            to.Write("\",\"category\":\""u8);
            WriteWord(to, stream.Category.Name());
            to.Write("\"},\"values\":"u8);
            int open = to.Length;
            int at = -1;
            while (_items.TryNext(group, ref at, out ReadOnlySpan<byte> value))
            {
                to.WriteByte((byte)',');
                to.Write(value);
            }

            to.SetByte(open, (byte)'[');
            to.Write("]}"u8);
        }

        to.Write("]}"u8);
    }

    static void WriteWord(PayloadBuffer to, string word) => to.Advance(Encoding.ASCII.GetBytes(word, to.Reserve(word.Length)));

    /// <summary>A stream of the request at hand.</summary>
    /// <param name="Origin">App and host.</param>
    /// <param name="Severity">By the verdict.</param>
    /// <param name="Category">By the verdict.</param>
    /// <param name="Asked">Time of its last record.</param>
    /// <param name="Given">Time under which that was written.</param>
    readonly record struct Stream(int Origin, Severity Severity, Category Category, long Asked, long Given);
}
