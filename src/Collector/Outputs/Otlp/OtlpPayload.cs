using Collector.Outputs.Formats;
using Collector.Outputs.Requests;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Otlp;

/// <summary>Records as an encoded <c>ExportLogsServiceRequest</c>, by resource and scope, each group in the order of the batch.</summary>
/// <param name="bytesMax">Size of a request.</param>
sealed class OtlpPayload(int bytesMax) : IRequestPayload
{
    // Tags and lengths around a group: two messages with up to four bytes of length each.
    const int GroupFrameBytes = 10;

    readonly OtlpGroups _groups = new();
    readonly GroupedItems _items = new();
    readonly OtlpSyslogRecord _syslog = new();
    readonly OtlpVerdict _verdict = new();

    public RequestPart Write(PayloadBuffer to, ClassifiedBatch batch, ReadOnlySpan<int> selected)
    {
        _groups.Clear();
        _items.Clear();
        long bytes = 0;
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

        WriteGroups(to);
        return new RequestPart(taken, written, taken - written);
    }

    public void Dispose()
    {
        _groups.Dispose();
        _items.Dispose();
        _syslog.Dispose();
    }

    bool TryAdd(ClassifiedBatch batch, int index, ref long bytes)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        if (record.Original.Length > bytesMax)
        {
            return false;
        }

        int start = _items.Bytes.Length;
        WriteRecord(batch, index, in record);
        int group = _groups.Find(batch, in record, out bool isNew);
        if (isNew)
        {
            _items.AddGroup();
        }

        int head = _groups.Resource(group).Length + _groups.Scope(group).Length + GroupFrameBytes;
        long added = ProtoWriting.FieldBytes(_items.Bytes.Length - start) + (_items.CountOf(group) == 0 ? head : 0);
        if (bytes + added > bytesMax)
        {
            _items.Bytes.CutTo(start);
            return false;
        }

        _items.Add(group, start);
        bytes += added;
        return true;
    }

    void WriteRecord(ClassifiedBatch batch, int index, in LogRecord record)
    {
        if (batch.Format == RecordFormat.Otlp)
        {
            OtlpPassedRecord.Write(_items.Bytes, batch, in record);
        }
        else
        {
            _syslog.Write(_items.Bytes, batch, in record);
        }

        _verdict.Write(_items.Bytes, batch.Verdicts[index], batch.Model);
    }

    void WriteGroups(PayloadBuffer to)
    {
        for (int group = 0; group < _items.GroupCount; group++)
        {
            if (_items.CountOf(group) == 0)
            {
                continue;
            }

            ReadOnlySpan<byte> resource = _groups.Resource(group);
            ReadOnlySpan<byte> scope = _groups.Scope(group);
            int scopeLogs = scope.Length + RecordBytes(group);
            to.WriteByte(OtlpTags.ResourceLogs);
            to.WriteVarint((ulong)(resource.Length + ProtoWriting.FieldBytes(scopeLogs)));
            to.Write(resource);
            to.WriteByte(OtlpTags.ScopeLogs);
            to.WriteVarint((ulong)scopeLogs);
            to.Write(scope);
            int at = -1;
            while (_items.TryNext(group, ref at, out ReadOnlySpan<byte> record))
            {
                to.WriteField(OtlpTags.LogRecords, record);
            }
        }
    }

    int RecordBytes(int group)
    {
        int bytes = 0;
        int at = -1;
        while (_items.TryNext(group, ref at, out ReadOnlySpan<byte> record))
        {
            bytes += ProtoWriting.FieldBytes(record.Length);
        }

        return bytes;
    }
}
