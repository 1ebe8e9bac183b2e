using System.Buffers;
using System.Text;
using Classifier;
using Collector.Outputs;
using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Status;

/// <summary>The last critical records, for the status page. Safe on any thread; holds nothing of a batch.</summary>
sealed class RecentCriticals : IBatchConsumer, IDisposable
{
    public const int CountMax = 50;

    // Longer ones are left out: a page for people shows no 64 KiB lines.
    const int BytesMax = 16 * 1024;

    static readonly OutputFilter Filter = OutputFilter.AtLeast(Severity.Critical);

    readonly Lock _lock = new();
    readonly Queue<string> _lines = new(CountMax);
    readonly RecordJson _json = new();
    readonly PayloadBuffer _buffer = new(BytesMax);

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
        int count = Filter.Select(batch, out int[]? indices, out bool isRented);
        if (count > 0)
        {
            // No more than the page shows: a flood costs little.
            Take(batch, indices.AsSpan(Math.Max(0, count - CountMax), Math.Min(count, CountMax)));
            if (isRented)
            {
                ArrayPool<int>.Shared.Return(indices!);
            }
        }

        return ValueTask.CompletedTask;
    }

    public void Dispose() => _buffer.Dispose();

    void Take(ClassifiedBatch batch, ReadOnlySpan<int> selected)
    {
        lock (_lock)
        {
            foreach (int i in selected)
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
