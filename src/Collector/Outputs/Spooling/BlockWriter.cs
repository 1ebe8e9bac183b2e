using System.Buffers.Binary;
using System.Text;
using Classifier;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Spooling;

/// <summary>Writes records as the payload of a block: field by field, little endian, each text behind its length. <see cref="BlockReader"/> reads it.</summary>
/// <remarks>
/// Time of entry, format, receiver, transport, model; then each record, with its source where that differs from the one before; then a verdict for each.
/// The name of the rule that matched is left out: the output's filter has asked for it already. Allocates nothing a record.
/// </remarks>
static class BlockWriter
{
    /// <summary>Set where a record's source follows.</summary>
    public const byte NewSource = 1;

    public const byte Ipv4 = 4;
    public const byte Ipv6 = 6;

    /// <summary>Two bits a field: it is not there, it lies in the original (offset and length), or it follows.</summary>
    public const int Absent = 0;

    /// <inheritdoc cref="Absent"/>
    public const int Inside = 1;

    /// <inheritdoc cref="Absent"/>
    public const int Outside = 2;

    /// <summary>Bytes of a verdict.</summary>
    public const int VerdictBytes = 20;

    /// <summary>Appends a payload.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="batch">Read only.</param>
    /// <param name="selected">Records to write.</param>
    /// <param name="enteredUnixMs">When the first of them came to the output.</param>
    /// <returns>How many were written: all, or so many that the payload is <see cref="SpoolFormat.PayloadBytes"/> long; one at least.</returns>
    public static int Write(PayloadBuffer to, ClassifiedBatch batch, ReadOnlySpan<int> selected, long enteredUnixMs)
    {
        int start = to.Length;
        WriteInt64(to, enteredUnixMs);
        to.WriteByte((byte)batch.Format);
        WriteName(to, batch.Receiver);
        WriteName(to, batch.Transport);
        WriteName(to, batch.Model);
        int written = 0;
        int source = -1;
        while (written < selected.Length && (written == 0 || to.Length - start + (written * VerdictBytes) < SpoolFormat.PayloadBytes))
        {
            ref readonly LogRecord record = ref batch.Records[selected[written++]];
            WriteRecord(to, batch, record, isNewSource: record.Source != source);
            source = record.Source;
        }

        foreach (int index in selected[..written])
        {
            WriteVerdict(to, batch.Verdicts[index]);
        }

        return written;
    }

    static void WriteRecord(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record, bool isNewSource)
    {
        to.WriteByte(isNewSource ? NewSource : (byte)0);
        if (isNewSource)
        {
            WriteSource(to, batch, batch.Sources[record.Source]);
        }

        WriteInt64(to, record.TimestampUnixNano);
        WriteInt64(to, record.ObservedUnixNano);
        WriteInt32(to, (int)record.Marks);
        to.WriteByte(record.SeverityNumber);
        to.WriteByte((byte)record.Facility);
        to.WriteByte(record.HeaderWordOffset);
        to.WriteByte(record.HeaderWordLength);
        WriteBytes(to, batch[record.Original]);
        int kinds = KindOf(record.Body, record.Original) | (KindOf(record.Hostname, record.Original) << 2) | (KindOf(record.AppName, record.Original) << 4)
            | (KindOf(record.ProcId, record.Original) << 6) | (KindOf(record.MsgId, record.Original) << 8) | (KindOf(record.StructuredData, record.Original) << 10);
        BinaryPrimitives.WriteUInt16LittleEndian(to.Reserve(2), (ushort)kinds);
        to.Advance(2);
        WriteSlice(to, batch, record.Body, record.Original);
        WriteSlice(to, batch, record.Hostname, record.Original);
        WriteSlice(to, batch, record.AppName, record.Original);
        WriteSlice(to, batch, record.ProcId, record.Original);
        WriteSlice(to, batch, record.MsgId, record.Original);
        WriteSlice(to, batch, record.StructuredData, record.Original);
    }

    static void WriteSource(PayloadBuffer to, ClassifiedBatch batch, in RecordSource source)
    {
        Span<byte> address = stackalloc byte[16];
        if (!source.Peer.IsKnown)
        {
            to.WriteByte(0);
        }
        else
        {
            source.Peer.ToIPAddress().TryWriteBytes(address, out int length);
            to.WriteByte(source.Peer.IsV6 ? Ipv6 : Ipv4);
            to.Write(address[..length]);
            BinaryPrimitives.WriteUInt16LittleEndian(to.Reserve(2), source.Peer.Port);
            to.Advance(2);
        }

        WriteBytes(to, batch[source.Resource]);
        WriteBytes(to, batch[source.ResourceSchemaUrl]);
        WriteBytes(to, batch[source.Scope]);
        WriteBytes(to, batch[source.ScopeSchemaUrl]);
    }

    static void WriteVerdict(PayloadBuffer to, in Verdict verdict)
    {
        Span<byte> bytes = to.Reserve(VerdictBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, verdict.TemplateId);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[8..], verdict.Confidence);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[12..], verdict.CriticalProbability);
        bytes[16] = (byte)verdict.Severity;
        bytes[17] = (byte)verdict.Category;
        bytes[18] = (byte)verdict.Source;
        bytes[19] = verdict.IsMuted ? (byte)1 : (byte)0;
        to.Advance(VerdictBytes);
    }

    static int KindOf(Slice slice, Slice original) =>
        slice.IsEmpty ? Absent : slice.Offset >= original.Offset && slice.End <= original.End ? Inside : Outside;

    static void WriteSlice(PayloadBuffer to, ClassifiedBatch batch, Slice slice, Slice original)
    {
        switch (KindOf(slice, original))
        {
            case Inside:
                WriteInt32(to, slice.Offset - original.Offset);
                WriteInt32(to, slice.Length);
                break;
            case Outside:
                WriteBytes(to, batch[slice]);
                break;
            default:
                break;
        }
    }

    static void WriteName(PayloadBuffer to, string name)
    {
        // Names of receivers, transports and models are short; what is not is cut.
        int length = Math.Min(Encoding.UTF8.GetByteCount(name), byte.MaxValue);
        Span<byte> bytes = stackalloc byte[byte.MaxValue];
        Encoding.UTF8.TryGetBytes(name.AsSpan(0, Math.Min(name.Length, length)), bytes, out int written);
        to.WriteByte((byte)written);
        to.Write(bytes[..written]);
    }

    static void WriteBytes(PayloadBuffer to, ReadOnlySpan<byte> bytes)
    {
        WriteInt32(to, bytes.Length);
        to.Write(bytes);
    }

    static void WriteInt32(PayloadBuffer to, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.Reserve(sizeof(int)), value);
        to.Advance(sizeof(int));
    }

    static void WriteInt64(PayloadBuffer to, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.Reserve(sizeof(long)), value);
        to.Advance(sizeof(long));
    }
}
