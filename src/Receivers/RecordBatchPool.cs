namespace Receivers;

/// <summary>Batches to reuse, in four buffer sizes: from the beginning of a frame that waits for its rest to a stream.</summary>
/// <remarks>
/// Safe on any thread. A lone record waiting in a queue then holds 8 KiB and not 256. What is returned is kept up to a bound and as long as it is needed: batches
/// that nobody took for <see cref="NeededWithin"/> are left to the garbage collector, so a burst does not become a footprint. Left to it at once, those of a
/// stream that waits for the model in bursts would be made anew each time, and their like lie dead beside them until a collection of all generations.
/// Few sizes, because the buffers are pinned: what is freed of one size is a hole for another.
/// </remarks>
/// <param name="time">Clock of the keeping; null for the system's.</param>
public class RecordBatchPool(TimeProvider? time = null)
{
    /// <summary>Small buffer: four lines of the 2 KiB that RFC 5424 §6.1 asks receivers to take.</summary>
    public const int SmallBytes = 8 * 1024;

    /// <summary>Large buffer: some 1,300 lines of 190 bytes a system call; larger ones won nothing and left the L2 cache.</summary>
    public const int LargeBytes = 256 * 1024;

    // The beginning of a frame; and what a connection of 50,000 to 200,000 lines a second brings in a visit.
    const int TinyBytes = 1024;
    const int MiddleBytes = 64 * 1024;

    // As much as waits for the model at most, by default: one burst of it.
    const long IdleBytesMax = 32 << 20;

    /// <summary>Longer than a record waits for the model, with which batches come and go in bursts.</summary>
    public static readonly TimeSpan NeededWithin = TimeSpan.FromSeconds(30);

    readonly TimeProvider _time = time ?? TimeProvider.System;
    readonly Shelf[] _shelves = [new(), new(), new(), new()];
    long _idleBytes;

    /// <summary>Memory of what is kept, in bytes.</summary>
    public long IdleBytes => Interlocked.Read(ref _idleBytes);

    static ReadOnlySpan<int> Sizes => [TinyBytes, SmallBytes, MiddleBytes, LargeBytes];

    /// <summary>Length of the buffer that <see cref="Rent"/> gives for so many bytes.</summary>
    public static int SizeFor(int bytes)
    {
        foreach (int size in Sizes)
        {
            if (bytes <= size)
            {
                return size;
            }
        }

        return bytes;
    }

    /// <summary>A batch with one reference, empty, owned by the caller.</summary>
    /// <param name="bytes">Buffer bytes needed at least. Beyond <see cref="LargeBytes"/> the buffer is made to measure and not kept.</param>
    public RecordBatch Rent(int bytes)
    {
        int size = SizeFor(bytes), place = Sizes.IndexOf(size);
        RecordBatch? batch = place >= 0 ? _shelves[place].Take() : null;
        if (batch is not null)
        {
            Interlocked.Add(ref _idleBytes, -batch.MemoryBytes);
        }

        batch ??= Create(size);
        batch.Rented();
        return batch;
    }

    internal void Return(RecordBatch batch)
    {
        int place = Sizes.IndexOf(batch.Buffer.Length);
        if (place < 0)
        {
            return;
        }

        long left = _shelves[place].Put(batch, _time);
        long idle = Interlocked.Add(ref _idleBytes, batch.MemoryBytes - left);
        // The load has changed, or it is at its end: what is returned last is the likeliest to be needed, and of its own size the oldest goes last.
        for (int i = 0; idle > IdleBytesMax && i < _shelves.Length; i++)
        {
            Shelf shelf = _shelves[(place + 1 + i) % _shelves.Length];
            while (idle > IdleBytesMax && shelf.TakeOldest() is { } oldest)
            {
                idle = Interlocked.Add(ref _idleBytes, -oldest.MemoryBytes);
            }
        }
    }

    /// <summary>Makes the concrete batch; the pipeline's pool makes batches that also carry verdicts.</summary>
    protected virtual RecordBatch Create(int bufferBytes) => new(this, bufferBytes);

    /// <summary>The idle batches of one size; the last to come is the first to go, since its memory is warm.</summary>
    sealed class Shelf
    {
        readonly Lock _lock = new();
        readonly List<RecordBatch> _idle = [];

        // The oldest, which nobody has needed since.
        int _unneeded;
        long _since;

        public RecordBatch? Take()
        {
            lock (_lock)
            {
                return TakeAt(_idle.Count - 1);
            }
        }

        public RecordBatch? TakeOldest()
        {
            lock (_lock)
            {
                return TakeAt(0);
            }
        }

        /// <returns>Bytes of the batches that were left to the garbage collector.</returns>
        public long Put(RecordBatch batch, TimeProvider time)
        {
            long now = time.GetTimestamp(), left = 0;
            lock (_lock)
            {
                if (time.GetElapsedTime(_since, now) >= NeededWithin)
                {
                    left = _idle.Take(_unneeded).Sum(unneeded => unneeded.MemoryBytes);
                    _idle.RemoveRange(0, _unneeded);
                    _unneeded = _idle.Count;
                    _since = now;
                }

                _idle.Add(batch);
                return left;
            }
        }

        RecordBatch? TakeAt(int index)
        {
            if (_idle.Count == 0)
            {
                return null;
            }

            RecordBatch taken = _idle[index];
            _idle.RemoveAt(index);
            _unneeded = Math.Min(_unneeded, _idle.Count);
            return taken;
        }
    }
}
