using System.Diagnostics;

namespace Receivers;

/// <summary>A pooled buffer and the records whose texts lie in it: the unit in which everything moves.</summary>
/// <remarks>
/// One owner fills it; then it is reference-counted by the outputs that hold it. Nothing is written to buffer or records after it was posted,
/// so any number of threads may read. With the last <see cref="Release"/> the acknowledgement is told and the batch goes back to its pool.
/// </remarks>
public class RecordBatch
{
    readonly RecordBatchPool _pool;
    RecordSource[] _sources = new RecordSource[1];
    LogRecord[] _records;
    int _references;

    /// <param name="pool">Where it returns to.</param>
    /// <param name="bufferBytes">Size of its buffer; fixed for life.</param>
    protected internal RecordBatch(RecordBatchPool pool, int bufferBytes)
    {
        _pool = pool;
        // Pinned: the kernel writes into it through recvmmsg and io vectors, and the collector never has to move it.
        Buffer = GC.AllocateUninitializedArray<byte>(bufferBytes, pinned: true);
        // 128 bytes a record is a short line; more records than that make the array grow once.
        _records = new LogRecord[Math.Max(16, bufferBytes / 128)];
    }

    /// <summary>The bytes that all slices point into. The writer fills it from <see cref="BytesUsed"/> on.</summary>
    public byte[] Buffer { get; }

    /// <summary>Bytes of <see cref="Buffer"/> that records use.</summary>
    public int BytesUsed { get; set; }

    /// <summary>Records in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Name of the receiver, as in metrics and records: <c>syslog</c>, <c>otlp</c>.</summary>
    public string Receiver { get; set; } = "";

    /// <summary>Transport, as in metrics and records: <c>udp</c>, <c>tcp</c>, <c>tls</c>, <c>grpc</c>, <c>http</c>.</summary>
    public string Transport { get; set; } = "";

    /// <summary>What <see cref="LogRecord.Original"/> holds, for all records.</summary>
    public RecordFormat Format { get; set; }

    /// <summary>Who waits to hear that the records are safe; null when nobody does.</summary>
    public IAcknowledgement? Acknowledgement { get; set; }

    /// <summary>Whose order the batch keeps, from <see cref="IRecordSink.OpenLane"/>; null when it may overtake and be overtaken. Set before it is posted.</summary>
    public RecordLane? Lane { get; set; }

    public Span<LogRecord> Records => _records.AsSpan(0, Count);

    public ReadOnlySpan<RecordSource> Sources => _sources.AsSpan(0, SourceCount);

    /// <summary>Memory that the batch holds while it waits somewhere, in bytes: what bounded queues count.</summary>
    public virtual long MemoryBytes => Buffer.Length + ((long)_records.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<LogRecord>());

    int SourceCount { get; set; }

    /// <summary>The bytes of a slice.</summary>
    public ReadOnlySpan<byte> this[Slice slice] => Buffer.AsSpan(slice.Offset, slice.Length);

    /// <summary>Appends one cleared record for the caller to fill. The reference is good until the next call.</summary>
    public ref LogRecord Add()
    {
        if (Count == _records.Length)
        {
            Array.Resize(ref _records, Count * 2);
        }

        ref LogRecord record = ref _records[Count++];
        record = default;
        record.Facility = -1;
        return ref record;
    }

    /// <summary>Takes the last record back, for a parser that decides late.</summary>
    public void RemoveLast()
    {
        Debug.Assert(Count > 0, "nothing to remove");
        Count--;
    }

    /// <summary>Index of a source equal to this one; the last one is looked at only, since senders come in runs.</summary>
    public int AddSource(in RecordSource source)
    {
        if (SourceCount > 0 && _sources[SourceCount - 1] == source)
        {
            return SourceCount - 1;
        }

        if (SourceCount == _sources.Length)
        {
            Array.Resize(ref _sources, SourceCount * 2);
        }

        _sources[SourceCount] = source;
        return SourceCount++;
    }

    /// <summary>One more holder.</summary>
    public void Retain()
    {
        int before = Interlocked.Increment(ref _references);
        Debug.Assert(before > 1, "retained after the last release");
    }

    /// <summary>One holder less. The last one ends the batch: nobody may touch it afterwards.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Debug.Assert(left >= 0, "released twice");
        if (left == 0)
        {
            int lost = OnReleased();
            Acknowledgement?.OnReleased(lost);
            Clear();
            _pool.Return(this);
        }
    }

    internal void Rented() => _references = 1;

    /// <summary>Closes the books of the batch.</summary>
    /// <returns>How many of its records did not reach every output that had to hold them.</returns>
    protected virtual int OnReleased() => 0;

    /// <summary>Forgets the records, keeps the memory.</summary>
    protected virtual void Clear()
    {
        BytesUsed = 0;
        Count = 0;
        SourceCount = 0;
        Acknowledgement = null;
        Lane = null;
    }
}
