using System.Buffers;
using System.Text;
using Classifier;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Status;

/// <summary>The last critical records, for the status page; of a flood a part. Safe on any thread; holds nothing of a batch.</summary>
sealed class RecentCriticals(TimeProvider time) : IBatchConsumer, IDisposable
{
    public const int CountMax = 50;

    // Longer ones are left out: a page for people shows no 64 KiB lines.
    const int BytesMax = 16 * 1024;

    // A page of new records so often is more than anyone reads, and costs a flood nothing.
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    static readonly OutputFilter Filter = OutputFilter.AtLeast(Severity.Critical);

    readonly Lock _lock = new();
    readonly Queue<string> _lines = new(CountMax);
    readonly RecordJson _json = new();
    readonly PayloadBuffer _buffer = new(BytesMax);
    long _turnStartedAt = time.GetTimestamp();
    int _left = CountMax;

    /// <summary>Oldest first, each a JSON object.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public ValueTask OfferAsync(ClassifiedBatch batch)
    {
        if (HasTurn() && Filter.Select(batch, out int[]? indices, out bool isRented) is var count and > 0)
        {
            Take(batch, indices.AsSpan(0, count));
            if (isRented)
            {
                ArrayPool<int>.Shared.Return(indices!);
            }
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _buffer.Dispose();

    bool HasTurn()
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_turnStartedAt) >= Turn)
            {
                (_turnStartedAt, _left) = (time.GetTimestamp(), CountMax);
            }

            return _left > 0;
        }
    }

    void Take(ClassifiedBatch batch, ReadOnlySpan<int> selected)
    {
        lock (_lock)
        {
            // The last ones of the batch.
            ReadOnlySpan<int> taken = selected[Math.Max(0, selected.Length - _left)..];
            _left -= taken.Length;
            foreach (int i in taken)
            {
                _buffer.Clear();
                _json.Write(_buffer, batch, i);
                if (_buffer.Length <= BytesMax)
                {
                    if (_lines.Count == CountMax)
                    {
                        _lines.Dequeue();
                    }

                    _lines.Enqueue(Encoding.UTF8.GetString(_buffer.Span));
                }
            }
        }
    }
}
