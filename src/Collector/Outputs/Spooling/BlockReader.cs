using System.Buffers.Binary;
using System.Text;
using Classifier;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Spooling;

/// <summary>Reads what <see cref="BlockWriter"/> wrote. Every length, index and range is checked: a wrong one ends the reading, and nothing is thrown.</summary>
ref struct BlockReader
{
    const int SeverityNumberMax = 24;

    ReadOnlySpan<byte> _left;
    bool _isBad;

    BlockReader(ReadOnlySpan<byte> payload) => _left = payload;

    /// <summary>Fills an empty batch.</summary>
    /// <param name="payload">Of a block whose checksum holds.</param>
    /// <param name="records">In it.</param>
    /// <param name="batch">Its buffer is as long as the payload at least.</param>
    /// <param name="enteredUnixMs">When the first of the records came to the output.</param>
    /// <returns>False: not what the writer writes; the batch holds anything.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, int records, ClassifiedBatch batch, out long enteredUnixMs)
    {
        BlockReader reader = new(payload);
        enteredUnixMs = reader.Int64();
        byte format = reader.Byte();
        batch.Format = (RecordFormat)format;
        batch.Receiver = reader.Name();
        batch.Transport = reader.Name();
        batch.Model = reader.Name();
        reader._isBad |= format > (byte)RecordFormat.Otlp;
        for (int i = 0; i < records && !reader._isBad; i++)
        {
            reader.Record(batch);
        }

        if (reader._isBad || reader._left.Length != (long)records * BlockWriter.VerdictBytes)
        {
            return false;
        }

        batch.PrepareVerdicts();
        for (int i = 0; i < records && !reader._isBad; i++)
        {
            reader.Verdict(out batch.Verdicts[i]);
        }

        return !reader._isBad;
    }

    void Record(ClassifiedBatch batch)
    {
        byte flags = Byte();
        if (flags == BlockWriter.NewSource)
        {
            Source(batch);
        }

        _isBad |= flags > BlockWriter.NewSource || batch.Sources.IsEmpty;
        if (_isBad)
        {
            return;
        }

        ref LogRecord record = ref batch.Add();
        record.Source = batch.Sources.Length - 1;
        record.TimestampUnixNano = Int64();
        record.ObservedUnixNano = Int64();
        record.Marks = (ParseMarks)Int32();
        record.SeverityNumber = Byte();
        record.Facility = (sbyte)Byte();
        record.HeaderWordOffset = Byte();
        record.HeaderWordLength = Byte();
        record.Original = Bytes(batch);
        int kinds = UInt16();
        record.Body = Field(batch, kinds, record.Original);
        record.Hostname = Field(batch, kinds >> 2, record.Original);
        record.AppName = Field(batch, kinds >> 4, record.Original);
        record.ProcId = Field(batch, kinds >> 6, record.Original);
        record.MsgId = Field(batch, kinds >> 8, record.Original);
        record.StructuredData = Field(batch, kinds >> 10, record.Original);
        _isBad |= kinds >> 12 != 0 || record.SeverityNumber > SeverityNumberMax || record.Facility is < -1 or > 23
            || (record.HeaderWordLength > 0 && record.HeaderWordOffset + record.HeaderWordLength > record.Original.Length);
    }

    void Source(ClassifiedBatch batch)
    {
        PeerAddress peer = default;
        byte kind = Byte();
        if (kind is BlockWriter.Ipv4 or BlockWriter.Ipv6)
        {
            ReadOnlySpan<byte> address = Take(kind == BlockWriter.Ipv4 ? 4 : 16);
            ushort port = UInt16();
            if (!_isBad)
            {
                peer = kind == BlockWriter.Ipv4 ? PeerAddress.V4(address, port) : PeerAddress.V6(address, port);
            }
        }

        _isBad |= kind is not (0 or BlockWriter.Ipv4 or BlockWriter.Ipv6);
        batch.AddSource(new RecordSource(peer, Bytes(batch), Bytes(batch), Bytes(batch), Bytes(batch)));
    }

    void Verdict(out Verdict verdict)
    {
        verdict = new Verdict
        {
            TemplateId = (ulong)Int64(),
            Confidence = BitConverter.Int32BitsToSingle(Int32()),
            CriticalProbability = BitConverter.Int32BitsToSingle(Int32()),
            Severity = (Severity)Byte(),
            Category = (Category)Byte(),
            Source = (VerdictSource)Byte(),
            IsMuted = Byte() != 0,
        };
        // They are indices into tables of names.
        _isBad |= (int)verdict.Severity >= LabelNames.Severities.Count || (int)verdict.Category >= LabelNames.Categories.Count
            || (int)verdict.Source >= LabelNames.Sources.Count;
    }

    Slice Field(ClassifiedBatch batch, int kinds, Slice original)
    {
        switch (kinds & 3)
        {
            case BlockWriter.Absent:
                return default;
            case BlockWriter.Inside:
                int offset = Int32();
                int length = Int32();
                if (offset < 0 || length <= 0 || length > original.Length || offset > original.Length - length)
                {
                    _isBad = true;
                    return default;
                }

                return new Slice(original.Offset + offset, length);
            case BlockWriter.Outside:
                return Bytes(batch);
            default:
                _isBad = true;
                return default;
        }
    }

    Slice Bytes(ClassifiedBatch batch)
    {
        int length = Int32();
        ReadOnlySpan<byte> bytes = Take(length);
        if (bytes.IsEmpty || !bytes.TryCopyTo(batch.Buffer.AsSpan(batch.BytesUsed)))
        {
            _isBad |= length != 0;
            return default;
        }

        Slice slice = new(batch.BytesUsed, length);
        batch.BytesUsed += length;
        return slice;
    }

    string Name() => Encoding.UTF8.GetString(Take(Byte()));

    byte Byte()
    {
        ReadOnlySpan<byte> bytes = Take(1);
        return bytes.IsEmpty ? (byte)0 : bytes[0];
    }

    ushort UInt16()
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(ushort));
        return bytes.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    int Int32()
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(int));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    long Int64()
    {
        ReadOnlySpan<byte> bytes = Take(sizeof(long));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    ReadOnlySpan<byte> Take(int length)
    {
        if (_isBad || length < 0 || length > _left.Length)
        {
            _isBad = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _left[..length];
        _left = _left[length..];
        return taken;
    }
}
