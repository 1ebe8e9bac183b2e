using System.IO.Hashing;
using Collector.Outputs;
using Collector.Pipeline;
using Receivers;

namespace Collector.Alerts;

/// <summary>The last lines of each host and app, and for each alert those before its record. Stands before the alert channels, which get their records later.</summary>
/// <remarks>
/// Hot: every record passes here while an alert channel is configured; nothing is allocated for a record that raises no alert. Bounded: 1,024 senders of
/// a few lines of 200 bytes, some 1 MB, and of 256 alerts the lines before them. Full means that the sender of its set that was silent longest is
/// forgotten. A lock for each batch, since batches of one sender come from several workers. Safe on any thread.
/// </remarks>
sealed class RecentLines(int linesMax, TimeProvider time) : IBatchConsumer
{
    public const int LineBytesMax = 200;

    const int Ways = 4;
    const int Sets = 256;
    const int CapturesMax = 256;
    const int BatchShift = 20;

    // Of a template that goes on, so that a later message has newer lines.
    static readonly TimeSpan CaptureFor = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    readonly Sender[] _senders = new Sender[Ways * Sets];
    readonly long[] _order = new long[Ways * Sets * linesMax];
    readonly int[] _lengths = new int[Ways * Sets * linesMax];
    readonly byte[] _texts = new byte[Ways * Sets * linesMax * LineBytesMax];
    readonly Dictionary<ulong, Capture> _captures = [];
    long _batch;

    volatile OutputFilter[] _wanted = [];

    /// <summary>Says what the alert channels ask for.</summary>
    public void Watch(IEnumerable<OutputFilter> wanted) => _wanted = [.. wanted.Distinct()];

    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        Note(batch);
        return ValueTask.CompletedTask;
    }

    /// <summary>Notes the lines of a batch, and for each record that alerts those before it.</summary>
    public void Note(ClassifiedBatch batch)
    {
        OutputFilter[] wanted = _wanted;
        bool hasAlert = HasAlert(batch, wanted);
        lock (_lock)
        {
            _batch++;
            if (hasAlert)
            {
                NoteAll(batch, wanted);
            }
            else
            {
                NoteLast(batch);
            }
        }
    }

    /// <summary>The lines before the record that raised an alert, oldest first, without controls; empty when there are none or they are forgotten.</summary>
    /// <param name="group">Of host and template, as <see cref="AlertGrouper"/> makes it.</param>
    public IReadOnlyList<string> Before(ulong group)
    {
        lock (_lock)
        {
            return _captures.TryGetValue(group, out Capture capture) ? capture.Lines : [];
        }
    }

    static bool HasAlert(ClassifiedBatch batch, OutputFilter[] wanted)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (IsAlert(batch, i, wanted))
            {
                return true;
            }
        }

        return false;
    }

    static bool IsAlert(ClassifiedBatch batch, int index, OutputFilter[] wanted)
    {
        foreach (OutputFilter filter in wanted)
        {
            if (filter.Takes(batch, index))
            {
                return !batch.Verdicts[index].IsMuted;
            }
        }

        return false;
    }

    // In order, since what is noted before an alert belongs to it.
    void NoteAll(ClassifiedBatch batch, OutputFilter[] wanted)
    {
        Span<byte> peer = stackalloc byte[64];
        for (int i = 0; i < batch.Count; i++)
        {
            ref readonly LogRecord record = ref batch.Records[i];
            ReadOnlySpan<byte> host = AlertGrouper.HostOf(batch, record, peer);
            int sender = Find(KeyOf(host, batch[record.AppName]));
            if (IsAlert(batch, i, wanted))
            {
                CaptureBefore(AlertGrouper.KeyOf(host, batch.Verdicts[i].TemplateId), sender);
            }

            Note(sender, batch[record.Body], i);
        }
    }

    // From the end: of a sender with many lines in a batch only the last are copied.
    void NoteLast(ClassifiedBatch batch)
    {
        Span<byte> peer = stackalloc byte[64];
        for (int i = batch.Count - 1; i >= 0; i--)
        {
            ref readonly LogRecord record = ref batch.Records[i];
            int sender = Find(KeyOf(AlertGrouper.HostOf(batch, record, peer), batch[record.AppName]));
            if (_senders[sender].Noted < linesMax)
            {
                Note(sender, batch[record.Body], i);
            }
        }
    }

    static ulong KeyOf(ReadOnlySpan<byte> host, ReadOnlySpan<byte> app) => XxHash3.HashToUInt64(app, (long)XxHash3.HashToUInt64(host)) | 1;

    int Find(ulong key)
    {
        int first = (int)(key >> 8 & (Sets - 1)) * Ways;
        int oldest = first;
        for (int i = first; i < first + Ways; i++)
        {
            ref Sender candidate = ref _senders[i];
            if (candidate.Key == key)
            {
                if (candidate.Batch != _batch)
                {
                    (candidate.Batch, candidate.Noted) = (_batch, 0);
                }

                return i;
            }

            if (candidate.Batch < _senders[oldest].Batch)
            {
                oldest = i;
            }
        }

        _senders[oldest] = new Sender { Key = key, Batch = _batch };
        _order.AsSpan(oldest * linesMax, linesMax).Clear();
        return oldest;
    }

    void Note(int sender, ReadOnlySpan<byte> line, int index)
    {
        int first = sender * linesMax;
        int oldest = first;
        for (int i = first + 1; i < first + linesMax; i++)
        {
            if (_order[i] < _order[oldest])
            {
                oldest = i;
            }
        }

        _senders[sender].Noted++;
        _order[oldest] = (_batch << BatchShift) + index;
        _lengths[oldest] = line.Length;
        line[..Math.Min(line.Length, LineBytesMax)].CopyTo(_texts.AsSpan(oldest * LineBytesMax));
    }

    void CaptureBefore(ulong group, int sender)
    {
        long now = time.GetTimestamp();
        if (_captures.TryGetValue(group, out Capture known) ? time.GetElapsedTime(known.At, now) < CaptureFor : !MakeRoom(now))
        {
            return;
        }

        List<int> lines = [];
        for (int i = sender * linesMax; i < (sender + 1) * linesMax; i++)
        {
            if (_order[i] > 0)
            {
                lines.Add(i);
            }
        }

        lines.Sort((a, b) => _order[a].CompareTo(_order[b]));
        _captures[group] = new Capture(now, [.. lines.Select(TextOf)]);
    }

    string TextOf(int line)
    {
        bool isCut = _lengths[line] > LineBytesMax;
        string text = AlertText.Clean(_texts.AsSpan(line * LineBytesMax, Math.Min(_lengths[line], LineBytesMax)), LineBytesMax);
        return isCut ? text + " …" : text;
    }

    bool MakeRoom(long now)
    {
        if (_captures.Count < CapturesMax)
        {
            return true;
        }

        foreach ((ulong group, Capture capture) in _captures)
        {
            if (time.GetElapsedTime(capture.At, now) >= CaptureFor)
            {
                _captures.Remove(group);
            }
        }

        return _captures.Count < CapturesMax;
    }

    struct Sender
    {
        public ulong Key;
        public long Batch;
        public int Noted;
    }

    readonly record struct Capture(long At, IReadOnlyList<string> Lines);
}
