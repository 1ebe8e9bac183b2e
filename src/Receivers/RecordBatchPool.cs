using System.Collections.Concurrent;

namespace Receivers;

/// <summary>Batches to reuse, in two buffer sizes: small for a trickle, large for a stream.</summary>
/// <remarks>
/// Safe on any thread. A lone record waiting in a queue then holds 8 KiB and not 256. Bounded: what is returned beyond the bound is left to the
/// garbage collector, so a burst does not become a footprint.
/// </remarks>
public class RecordBatchPool
{
    /// <summary>Small buffer: four lines of the 2 KiB that RFC 5424 §6.1 asks receivers to take.</summary>
    public const int SmallBytes = 8 * 1024;

    /// <summary>Large buffer: some 1,300 lines of 190 bytes a system call; larger ones won nothing and left the L2 cache.</summary>
    public const int LargeBytes = 256 * 1024;

    // 256 small ones are 4 MiB and 32 large ones 14 MiB with their record arrays.
    const int SmallKeptMax = 256;
    const int LargeKeptMax = 32;

    readonly ConcurrentBag<RecordBatch> _small = [];
    readonly ConcurrentBag<RecordBatch> _large = [];

    /// <summary>A batch with one reference, empty, owned by the caller.</summary>
    /// <param name="bytes">Buffer bytes needed at least. Beyond <see cref="LargeBytes"/> the buffer is made to measure and not kept.</param>
    public RecordBatch Rent(int bytes)
    {
        RecordBatch? batch = null;
        if (bytes <= SmallBytes)
        {
            if (!_small.TryTake(out batch))
            {
                batch = Create(SmallBytes);
            }
        }
        else if (bytes <= LargeBytes)
        {
            if (!_large.TryTake(out batch))
            {
                batch = Create(LargeBytes);
            }
        }

        batch ??= Create(bytes);
        batch.Rented();
        return batch;
    }

    internal void Return(RecordBatch batch)
    {
        if (batch.Buffer.Length == SmallBytes && _small.Count < SmallKeptMax)
        {
            _small.Add(batch);
        }
        else if (batch.Buffer.Length == LargeBytes && _large.Count < LargeKeptMax)
        {
            _large.Add(batch);
        }
    }

    /// <summary>Makes the concrete batch; the pipeline's pool makes batches that also carry verdicts.</summary>
    protected virtual RecordBatch Create(int bufferBytes) => new(this, bufferBytes);
}
