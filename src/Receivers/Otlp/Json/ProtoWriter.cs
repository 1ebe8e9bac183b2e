using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Receivers.Otlp.Json;

/// <summary>Writes protobuf's wire format into memory of the caller.</summary>
/// <remarks>
/// Lengths are written once the content is there: one byte is left for them, and content of 128 bytes or more is moved up. Field tags are below 128
/// in all messages that OTLP logs have.
/// </remarks>
ref struct ProtoWriter(Span<byte> destination)
{
    readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    /// <summary>What was written from here on.</summary>
    public readonly Span<byte> From(int mark) => _destination[mark..Length];

    /// <summary>Opens a field whose length is not known yet.</summary>
    /// <returns>Where its content begins, for <see cref="End"/>.</returns>
    public int Begin(uint tag)
    {
        Byte((byte)tag);
        Byte(0);
        return Length;
    }

    public void End(int mark)
    {
        int length = Length - mark;
        if (length < 0x80)
        {
            _destination[mark - 1] = (byte)length;
            return;
        }

        int more = VarintBytes((uint)length) - 1;
        _destination[mark..Length].CopyTo(_destination[(mark + more)..]);
        int end = Length + more;
        Length = mark - 1;
        Varint((uint)length);
        Length = end;
    }

    /// <summary>Shortens what was written last.</summary>
    public void CutTo(int length) => Length = length;

    public void Bytes(uint tag, scoped ReadOnlySpan<byte> content)
    {
        Byte((byte)tag);
        Varint((uint)content.Length);
        Append(content);
    }

    public void Append(scoped ReadOnlySpan<byte> content)
    {
        content.CopyTo(_destination[Length..]);
        Length += content.Length;
    }

    public void Append(in ReadOnlySequence<byte> content)
    {
        content.CopyTo(_destination[Length..]);
        Length += (int)content.Length;
    }

    public void Varint(uint tag, ulong value)
    {
        Byte((byte)tag);
        Varint(value);
    }

    public void Fixed64(uint tag, ulong value)
    {
        Byte((byte)tag);
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[Length..], value);
        Length += sizeof(ulong);
    }

    public void Fixed32(uint tag, uint value)
    {
        Byte((byte)tag);
        BinaryPrimitives.WriteUInt32LittleEndian(_destination[Length..], value);
        Length += sizeof(uint);
    }

    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    void Byte(byte value) => _destination[Length++] = value;

    static int VarintBytes(uint value) => (38 - BitOperations.LeadingZeroCount(value | 1)) / 7;
}
