using System.Buffers;
using System.Diagnostics;
using Receivers.Otlp.Reading;
using Receivers.Otlp.Wire;

namespace Receivers.Otlp;

/// <summary>Bytes of an export request to batches: each record, resource and scope is copied once, and slices point at the copy.</summary>
/// <remarks>
/// The one decode path of both transports; JSON is brought into this encoding first. A request is taken whole or not at all: after a fault the caller
/// releases the batches. Resource and scope are copied once for each group and batch. No allocation for a record.
/// </remarks>
ref struct OtlpDecoder(OtlpBatches batches)
{
    /// <summary>Longest rendering of a structured body. The classifier reads 1 KiB; the whole value stays in <see cref="LogRecord.Original"/>.</summary>
    const int RenderedBytesMax = 64 * 1024;

    /// <summary>A guess at the room that one rendering needs, so that a batch of structured bodies does not start too small.</summary>
    const int RenderedBytesLikely = 1024;

    /// <summary>Records are larger in memory than an empty record is on the wire (2 bytes); this keeps a pooled batch below 700 KiB.</summary>
    const int BatchRecordsMax = 4096;

    readonly OtlpBatches _batches = batches;
    RecordBatch? _batch;
    int _records;

    // The group that is read: where it stands in the request, and where its copy lies in _batch.
    WireSequence _resourceLogs;
    WireSequence _scopeLogs;
    GroupSize _resourceSize;
    GroupSize _scopeSize;
    ParseMarks _resourceMarks;
    ParseMarks _scopeMarks;
    bool _isResourcePlaced;
    bool _isScopePlaced;
    RecordSource _group;
    Slice _appName;
    Slice _hostname;
    int _source;

    /// <returns>A fault when the request has to be refused.</returns>
    public OtlpFault Decode(in ReadOnlySequence<byte> request)
    {
        WireSequence input = new(request);
        while (input.TryReadTag(out uint tag))
        {
            if (tag == Tags.ResourceLogs)
            {
                WireSequence group = input.ReadMessage();
                OtlpFault fault = group.Fault == OtlpFault.None ? ReadResourceLogs(group) : group.Fault;
                if (fault != OtlpFault.None)
                {
                    return fault;
                }
            }
            else
            {
                input.Skip(tag);
            }
        }

        return input.Fault;
    }

    OtlpFault ReadResourceLogs(WireSequence group)
    {
        _resourceLogs = group;
        _isResourcePlaced = false;
        _resourceSize = default;
        _resourceMarks = ParseMarks.None;

        // The resource may stand behind the records it belongs to, so it is looked for first.
        WireSequence input = group;
        while (input.TryReadTag(out uint tag))
        {
            OtlpFault fault = OtlpFault.None;
            switch (tag)
            {
                case Tags.ResourceLogsFields.Resource:
                    fault = Check(ref input, ContainerPart.Resource, ref _resourceSize.Message, ref _resourceMarks);
                    break;
                case Tags.ResourceLogsFields.SchemaUrl:
                    fault = Check(ref input, ContainerPart.Text, ref _resourceSize.SchemaUrl, ref _resourceMarks);
                    break;
                default:
                    input.Skip(tag);
                    break;
            }

            if (fault != OtlpFault.None)
            {
                return fault;
            }
        }

        if (input.Fault != OtlpFault.None)
        {
            return input.Fault;
        }

        while (group.TryReadTag(out uint tag))
        {
            if (tag == Tags.ResourceLogsFields.ScopeLogs)
            {
                OtlpFault fault = ReadScopeLogs(group.ReadMessage());
                if (fault != OtlpFault.None)
                {
                    return fault;
                }
            }
            else
            {
                group.Skip(tag);
            }
        }

        return group.Fault;
    }

    OtlpFault ReadScopeLogs(WireSequence group)
    {
        _scopeLogs = group;
        _isScopePlaced = false;
        _scopeSize = default;
        _scopeMarks = ParseMarks.None;

        WireSequence input = group;
        while (input.TryReadTag(out uint tag))
        {
            OtlpFault fault = OtlpFault.None;
            switch (tag)
            {
                case Tags.ScopeLogsFields.Scope:
                    fault = Check(ref input, ContainerPart.Scope, ref _scopeSize.Message, ref _scopeMarks);
                    break;
                case Tags.ScopeLogsFields.SchemaUrl:
                    fault = Check(ref input, ContainerPart.Text, ref _scopeSize.SchemaUrl, ref _scopeMarks);
                    break;
                default:
                    input.Skip(tag);
                    break;
            }

            if (fault != OtlpFault.None)
            {
                return fault;
            }
        }

        if (input.Fault != OtlpFault.None)
        {
            return input.Fault;
        }

        while (group.TryReadTag(out uint tag))
        {
            if (tag == Tags.ScopeLogsFields.LogRecords)
            {
                OtlpFault fault = ReadRecord(ref group);
                if (fault != OtlpFault.None)
                {
                    return fault;
                }
            }
            else
            {
                group.Skip(tag);
            }
        }

        return group.Fault;
    }

    OtlpFault ReadRecord(ref WireSequence input)
    {
        if (++_records > _batches.RecordsMax)
        {
            return OtlpFault.TooManyRecords;
        }

        int length = input.ReadLength();
        RecordBatch batch = Room(length, input.RequestRemaining);
        int offset = batch.BytesUsed;
        input.Read(batch.Buffer.AsSpan(offset, length));
        batch.BytesUsed = offset + length;
        ref LogRecord record = ref batch.Add();
        OtlpFault fault = OtlpRecordParser.Parse(batch.Buffer, offset, length, _batches.ObservedUnixNano, ref record, out Slice body);
        if (fault != OtlpFault.None)
        {
            return fault;
        }

        record.Source = _source;
        record.AppName = _appName;
        record.Hostname = _hostname;
        record.Marks |= _resourceMarks | _scopeMarks;
        if (!body.IsEmpty)
        {
            SetBody(batch, ref record, body, input.RequestRemaining);
        }

        ParseMarks marks = _batch!.Records[^1].Marks;
        if (marks != ParseMarks.None)
        {
            _batches.Marks.Add(marks);
        }

        return OtlpFault.None;
    }

    /// <summary>The text of a body that is no string.</summary>
    void SetBody(RecordBatch batch, ref LogRecord record, Slice body, long remaining)
    {
        OtlpValue value = new(batch[body]);
        if (OtlpBodyText.TryFind(in value, out ReadOnlySpan<byte> text))
        {
            record.Body = new Slice(OffsetOf(batch.Buffer, text), text.Length);
            return;
        }

        Span<byte> room = batch.Buffer.AsSpan(batch.BytesUsed);
        if (OtlpValueText.TryWriteJson(in value, room.Length > RenderedBytesMax ? room[..RenderedBytesMax] : room, out int written))
        {
            record.Body = new Slice(batch.BytesUsed, written);
            batch.BytesUsed += written;
            return;
        }

        MoveAndRender(batch, record, body, remaining);
    }

    /// <summary>Moves the last record to a batch with room for the rendering of its body.</summary>
    void MoveAndRender(RecordBatch batch, LogRecord record, Slice body, long remaining)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(RenderedBytesMax);
        OtlpValue value = new(batch[body]);
        if (!OtlpValueText.TryWriteJson(in value, scratch.AsSpan(0, RenderedBytesMax), out int written))
        {
            written = OtlpValueText.WriteJsonStart(in value, scratch.AsSpan(0, RenderedBytesMax));
            record.Marks |= ParseMarks.Truncated;
        }

        if (written <= batch.Buffer.Length - batch.BytesUsed)
        {
            batch.Records[^1].Marks = record.Marks;
        }
        else
        {
            Slice original = record.Original;
            ReadOnlySpan<byte> message = batch[original];
            batch.RemoveLast();
            batch.BytesUsed = original.Offset;
            RecordBatch next = NextBatch(original.Length + written, remaining);
            int offset = next.BytesUsed;
            message.CopyTo(next.Buffer.AsSpan(offset));
            next.BytesUsed += message.Length;
            record.Original = new Slice(offset, original.Length);
            record.Source = _source;
            record.AppName = _appName;
            record.Hostname = _hostname;
            next.Add() = record;
            batch = next;
        }

        scratch.AsSpan(0, written).CopyTo(batch.Buffer.AsSpan(batch.BytesUsed));
        batch.Records[^1].Body = new Slice(batch.BytesUsed, written);
        batch.BytesUsed += written;
        ArrayPool<byte>.Shared.Return(scratch);
    }

    /// <summary>A batch with room for a record and with the group's resource and scope in it.</summary>
    RecordBatch Room(int length, long remaining)
    {
        RecordBatch? batch = _batch;
        if (batch is not null && _isScopePlaced && length <= batch.Buffer.Length - batch.BytesUsed && batch.Count < BatchRecordsMax)
        {
            return batch;
        }

        int group = (_isResourcePlaced ? 0 : _resourceSize.Bytes) + (_isScopePlaced ? 0 : _scopeSize.Bytes);
        if (batch is null || batch.Count >= BatchRecordsMax || (long)group + length > batch.Buffer.Length - batch.BytesUsed)
        {
            return NextBatch(length, remaining);
        }

        PlaceGroup(batch);
        return batch;
    }

    RecordBatch NextBatch(int length, long remaining)
    {
        // A group that fills a batch by itself would be copied for every few records: its batches hold as much of records as of the group.
        long group = _resourceSize.Bytes + (long)_scopeSize.Bytes;
        long all = group + length + remaining + RenderedBytesLikely;
        long bytes = Math.Min(all, Math.Max(RecordBatchPool.LargeBytes, group + Math.Max(length, group)));
        RecordBatch? last = _batch;
        if (last is { Count: 0 })
        {
            // The record did not fit beside a rendering; what the batch holds of the group is of no use.
            last = null;
            _isResourcePlaced = _isScopePlaced = false;
        }

        RecordBatch batch = _batches.Add((int)Math.Min(bytes, Array.MaxLength));
        _batch = batch;
        if (_isResourcePlaced && last is not null)
        {
            Slice old = _group.Resource;
            _group = _group with { Resource = Copy(last, old, batch), ResourceSchemaUrl = Copy(last, _group.ResourceSchemaUrl, batch) };
            _appName = Moved(_appName, old, _group.Resource);
            _hostname = Moved(_hostname, old, _group.Resource);
        }

        if (_isScopePlaced && last is not null)
        {
            _group = _group with { Scope = Copy(last, _group.Scope, batch), ScopeSchemaUrl = Copy(last, _group.ScopeSchemaUrl, batch) };
        }

        PlaceGroup(batch);
        return batch;
    }

    void PlaceGroup(RecordBatch batch)
    {
        if (!_isResourcePlaced)
        {
            PlaceResource(batch);
        }

        if (!_isScopePlaced)
        {
            PlaceScope(batch);
        }

        _source = batch.AddSource(in _group);
    }

    void PlaceResource(RecordBatch batch)
    {
        Slice resource = Place(_resourceLogs, Tags.ResourceLogsFields.Resource, _resourceSize.Message.Count, isWhole: true, batch);
        Slice url = Place(_resourceLogs, Tags.ResourceLogsFields.SchemaUrl, _resourceSize.SchemaUrl.Count, isWhole: false, batch);
        _group = new RecordSource(_batches.Peer, resource, url);
        _appName = default;
        _hostname = default;
        foreach (OtlpPair attribute in new OtlpResourceReader(batch[resource]).Attributes)
        {
            if (attribute.Value.Kind == OtlpValueKind.Text)
            {
                ReadOnlySpan<byte> text = attribute.Value.Content;
                if (_appName.IsEmpty && attribute.Key.SequenceEqual("service.name"u8))
                {
                    _appName = new Slice(OffsetOf(batch.Buffer, text), text.Length);
                }
                else if (_hostname.IsEmpty && attribute.Key.SequenceEqual("host.name"u8))
                {
                    _hostname = new Slice(OffsetOf(batch.Buffer, text), text.Length);
                }
            }
        }

        _isResourcePlaced = true;
        _isScopePlaced = false;
    }

    void PlaceScope(RecordBatch batch)
    {
        Slice scope = Place(_scopeLogs, Tags.ScopeLogsFields.Scope, _scopeSize.Message.Count, isWhole: true, batch);
        Slice url = Place(_scopeLogs, Tags.ScopeLogsFields.SchemaUrl, _scopeSize.SchemaUrl.Count, isWhole: false, batch);
        _group = _group with { Scope = scope, ScopeSchemaUrl = url };
        _isScopePlaced = true;
    }

    /// <summary>Copies a field of a container.</summary>
    /// <param name="input">The container.</param>
    /// <param name="field">Tag of the field.</param>
    /// <param name="count">Of its occurrences: behind the last one nothing is walked over, and mostly the records lie there.</param>
    /// <param name="isWhole">True for a message: of several the encodings follow each other, which is how protobuf merges. False for a text: the last one counts.</param>
    /// <param name="batch">Where to; has the room.</param>
    static Slice Place(WireSequence input, uint field, int count, bool isWhole, RecordBatch batch)
    {
        int start = batch.BytesUsed;
        int end = start;
        while (count > 0 && input.TryReadTag(out uint tag))
        {
            if (tag == field)
            {
                int length = input.ReadLength();
                int at = isWhole ? end : start;
                input.Read(batch.Buffer.AsSpan(at, length));
                end = at + length;
                count--;
            }
            else
            {
                input.Skip(tag);
            }
        }

        batch.BytesUsed = end;
        return end == start ? default : new Slice(start, end - start);
    }

    static Slice Copy(RecordBatch from, Slice slice, RecordBatch to)
    {
        if (slice.IsEmpty)
        {
            return default;
        }

        int at = to.BytesUsed;
        from[slice].CopyTo(to.Buffer.AsSpan(at));
        to.BytesUsed = at + slice.Length;
        return new Slice(at, slice.Length);
    }

    static Slice Moved(Slice inner, Slice old, Slice now) =>
        inner.IsEmpty ? default : new Slice(inner.Offset - old.Offset + now.Offset, inner.Length);

    static OtlpFault Check(ref WireSequence input, ContainerPart part, ref FieldSize size, ref ParseMarks marks)
    {
        int length = input.ReadLength();
        size.Count++;
        size.Bytes += length;
        if (input.TryReadSpan(length, out ReadOnlySpan<byte> span))
        {
            return Check(span, part, ref marks);
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent(length);
        input.Read(scratch.AsSpan(0, length));
        OtlpFault fault = Check(scratch.AsSpan(0, length), part, ref marks);
        ArrayPool<byte>.Shared.Return(scratch);
        return fault;
    }

    static OtlpFault Check(ReadOnlySpan<byte> bytes, ContainerPart part, ref ParseMarks marks)
    {
        switch (part)
        {
            case ContainerPart.Resource:
                return WireCheck.Resource(bytes, ref marks);
            case ContainerPart.Scope:
                return WireCheck.Scope(bytes, ref marks);
            default:
                if (!System.Text.Unicode.Utf8.IsValid(bytes))
                {
                    marks |= ParseMarks.InvalidUtf8;
                }

                return OtlpFault.None;
        }
    }

    static int OffsetOf(ReadOnlySpan<byte> buffer, ReadOnlySpan<byte> inside)
    {
        bool isInside = buffer.Overlaps(inside, out int offset);
        Debug.Assert(isInside || inside.IsEmpty, "not a part of the buffer");
        return isInside ? offset : 0;
    }

    /// <summary>What the records of a group share.</summary>
    struct GroupSize
    {
        public FieldSize Message;
        public FieldSize SchemaUrl;

        public readonly int Bytes => Message.Bytes + SchemaUrl.Bytes;
    }

    /// <summary>All occurrences of one field.</summary>
    struct FieldSize
    {
        public int Count;
        public int Bytes;
    }

    enum ContainerPart
    {
        Resource,
        Scope,
        Text,
    }
}
