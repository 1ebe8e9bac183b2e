namespace Receivers.Otlp;

/// <summary>The batches of one request, until the sink has taken them or the request is refused.</summary>
/// <remarks>Owned by one request; used by one thread at a time.</remarks>
sealed class OtlpBatches(RecordBatchPool pool, string transport, PeerAddress peer, RecordLane? lane, long observedUnixNano, int recordsMax)
{
    /// <summary>Name of the receiver in configuration, metrics and records.</summary>
    public const string ReceiverName = "otlp";

    readonly List<RecordBatch> _batches = new(1);

    public PeerAddress Peer { get; } = peer;

    /// <summary>Time of receipt, the same for all records of the request.</summary>
    public long ObservedUnixNano { get; } = observedUnixNano;

    public int RecordsMax { get; } = recordsMax;

    /// <summary>Batches that are left.</summary>
    public int Count => _batches.Count;

    /// <summary>Records in the batches that are left.</summary>
    public int RecordCount => _batches.Sum(batch => batch.Count);

    /// <summary>Memory that the batches hold, in bytes.</summary>
    public long MemoryBytes => _batches.Sum(batch => batch.MemoryBytes);

    /// <summary>Marks of the records that have any, to be counted when the request is taken.</summary>
    public List<ParseMarks> Marks { get; } = [];

    public RecordBatch this[int index] => _batches[index];

    /// <summary>An empty batch at the end.</summary>
    public RecordBatch Add(int bytes)
    {
        RecordBatch batch = pool.Rent(bytes);
        batch.Receiver = ReceiverName;
        batch.Transport = transport;
        batch.Lane = lane;
        batch.Format = RecordFormat.Otlp;
        _batches.Add(batch);
        return batch;
    }

    /// <summary>The first batch is the sink's now.</summary>
    public void RemoveFirst() => _batches.RemoveAt(0);

    /// <summary>Gives up all that are left. Nothing of them was counted.</summary>
    public void Release()
    {
        foreach (RecordBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
    }
}
