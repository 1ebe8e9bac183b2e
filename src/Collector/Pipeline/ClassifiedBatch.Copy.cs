using Receivers;

namespace Collector.Pipeline;

sealed partial class ClassifiedBatch
{
    // Writer side of a copy: the last source copied, since records of one source come in runs.
    ClassifiedBatch? _copiedFrom;
    int _copiedSource = -1;
    int _lastSource;

    /// <summary>True when records of the other batch say the same as before when they are copied here.</summary>
    public bool CanHold(ClassifiedBatch other) =>
        other.Format == Format && other.Receiver == Receiver && other.Transport == Transport && other.Model == Model;

    /// <summary>Takes over what all records of the other batch share. For an empty batch.</summary>
    public void CopyHeader(ClassifiedBatch other)
    {
        (Format, Receiver, Transport, Model) = (other.Format, other.Receiver, other.Transport, other.Model);
        _copiedFrom = null;
        _copiedSource = -1;
    }

    /// <summary>Says that no more records of the last batch follow, so that a batch that happens to be the same object again is read afresh.</summary>
    public void EndCopy() => _copiedFrom = null;

    /// <summary>Bytes that copies of these records need, where the first one's source is new.</summary>
    public long CopyBytes(ReadOnlySpan<int> indices)
    {
        long bytes = 0;
        int source = -1;
        foreach (int index in indices)
        {
            ref readonly LogRecord record = ref Records[index];
            bytes += CopyBytes(record);
            if (record.Source != source)
            {
                source = record.Source;
                bytes += CopyBytes(Sources[source]);
            }
        }

        return bytes;
    }

    /// <summary>Appends a record of another batch, with its verdict and its texts. The caller has seen to it that there is room.</summary>
    public void AddCopy(ClassifiedBatch from, int index)
    {
        ref readonly LogRecord record = ref from.Records[index];
        if (!ReferenceEquals(_copiedFrom, from) || _copiedSource != record.Source)
        {
            ref readonly RecordSource source = ref from.Sources[record.Source];
            _lastSource = AddSource(new RecordSource(
                source.Peer, Append(from, source.Resource), Append(from, source.ResourceSchemaUrl), Append(from, source.Scope), Append(from, source.ScopeSchemaUrl)));
            (_copiedFrom, _copiedSource) = (from, record.Source);
        }

        Slice original = Append(from, record.Original);
        ref LogRecord copy = ref Add();
        copy = record;
        copy.Source = _lastSource;
        copy.Original = original;
        copy.Body = Move(from, record.Body, record.Original, original);
        copy.Hostname = Move(from, record.Hostname, record.Original, original);
        copy.AppName = Move(from, record.AppName, record.Original, original);
        copy.ProcId = Move(from, record.ProcId, record.Original, original);
        copy.MsgId = Move(from, record.MsgId, record.Original, original);
        copy.StructuredData = Move(from, record.StructuredData, record.Original, original);
        if (_verdicts.Length < Count)
        {
            Array.Resize(ref _verdicts, Math.Max(64, Count * 2));
        }

        _verdicts[Count - 1] = from._verdicts[index];
    }

    static int CopyBytes(in LogRecord record) =>
        record.Original.Length
        + Outside(record.Body, record.Original) + Outside(record.Hostname, record.Original) + Outside(record.AppName, record.Original)
        + Outside(record.ProcId, record.Original) + Outside(record.MsgId, record.Original) + Outside(record.StructuredData, record.Original);

    static int CopyBytes(in RecordSource source) =>
        source.Resource.Length + source.ResourceSchemaUrl.Length + source.Scope.Length + source.ScopeSchemaUrl.Length;

    static bool IsInside(Slice slice, Slice original) => slice.Offset >= original.Offset && slice.End <= original.End;

    static int Outside(Slice slice, Slice original) => IsInside(slice, original) ? 0 : slice.Length;

    Slice Move(ClassifiedBatch from, Slice slice, Slice original, Slice copied)
    {
        if (slice.IsEmpty)
        {
            return default;
        }

        return IsInside(slice, original)
            ? new Slice(slice.Offset - original.Offset + copied.Offset, slice.Length)
            : Append(from, slice);
    }

    Slice Append(ClassifiedBatch from, Slice slice)
    {
        if (slice.IsEmpty)
        {
            return default;
        }

        from[slice].CopyTo(Buffer.AsSpan(BytesUsed));
        Slice appended = new(BytesUsed, slice.Length);
        BytesUsed += slice.Length;
        return appended;
    }
}
