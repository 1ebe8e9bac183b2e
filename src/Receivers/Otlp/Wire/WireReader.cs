using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Receivers.Otlp.Wire;

/// <summary>Reads the fields of one encoded protobuf message that lies in one piece.</summary>
/// <remarks>
/// Accepts and refuses what the official parsers do: varints of up to ten bytes, of which 32-bit readers keep the low half, and groups that are skipped.
/// After a fault the reader is at its end and gives zeros, so that loops need only one check, after them. Allocates nothing.
/// Source: protobuf.dev/programming-guides/encoding.
/// </remarks>
ref struct WireReader(ReadOnlySpan<byte> message)
{
    const int GroupDepthMax = 64;
    const int VarintBytesMax = 10;

    readonly ReadOnlySpan<byte> _message = message;

    public OtlpFault Fault { get; private set; }

    /// <summary>Bytes read so far. Set by who has read some without this reader.</summary>
    public int Position { get; set; }

    /// <summary>True once <see cref="ReadString"/> or <see cref="CheckText"/> met a text that is not UTF-8.</summary>
    public bool HasInvalidUtf8 { get; private set; }

    /// <returns>False at the end of the message and after a fault.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadTag(out uint tag)
    {
        if (Position >= _message.Length)
        {
            tag = 0;
            return false;
        }

        tag = ReadVarint32();
        if (tag >> 3 == 0)
        {
            Fail(OtlpFault.InvalidTag);
        }

        return Fault == OtlpFault.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadVarint32()
    {
        // One or two bytes: nearly every tag and length.
        int at = Position;
        if (at + 1 < _message.Length)
        {
            uint low = _message[at], high = _message[at + 1];
            if (low < 0x80)
            {
                Position = at + 1;
                return low;
            }

            if (high < 0x80)
            {
                Position = at + 2;
                return (low & 0x7F) | (high << 7);
            }
        }

        return (uint)ReadVarintCore();
    }

    public ulong ReadVarint64() => ReadVarintCore();

    public ulong ReadFixed64()
    {
        if (_message.Length - Position < sizeof(ulong))
        {
            return Fail(OtlpFault.Truncated);
        }

        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_message[Position..]);
        Position += sizeof(ulong);
        return value;
    }

    public uint ReadFixed32()
    {
        if (_message.Length - Position < sizeof(uint))
        {
            return (uint)Fail(OtlpFault.Truncated);
        }

        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_message[Position..]);
        Position += sizeof(uint);
        return value;
    }

    /// <summary>A length and that many bytes: the content of a string, of bytes or of a message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadBytes()
    {
        int length = (int)ReadVarint32();
        if ((uint)length > (uint)(_message.Length - Position))
        {
            Fail(length < 0 ? OtlpFault.InvalidLength : OtlpFault.Truncated);
            return default;
        }

        ReadOnlySpan<byte> bytes = _message.Slice(Position, length);
        Position += length;
        return bytes;
    }

    /// <summary>As <see cref="ReadBytes"/>; notes when the text is not UTF-8.</summary>
    public ReadOnlySpan<byte> ReadString()
    {
        ReadOnlySpan<byte> text = ReadBytes();
        CheckText(text);
        return text;
    }

    /// <summary>Notes when a text is not UTF-8.</summary>
    public void CheckText(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            HasInvalidUtf8 = true;
        }
    }

    /// <summary>Steps over the value of an unknown field, or of a known one that came with another wire type.</summary>
    public void Skip(uint tag) => Skip(tag, 0);

    void Skip(uint tag, int depth)
    {
        switch (tag & 7)
        {
            case 0:
                ReadVarintCore();
                break;
            case 1:
                ReadFixed64();
                break;
            case 2:
                ReadBytes();
                break;
            case 3:
                SkipGroup(tag >> 3, depth + 1);
                break;
            case 4:
                Fail(OtlpFault.UnmatchedGroup);
                break;
            case 5:
                ReadFixed32();
                break;
            default:
                Fail(OtlpFault.InvalidWireType);
                break;
        }
    }

    void SkipGroup(uint number, int depth)
    {
        if (depth > GroupDepthMax)
        {
            Fail(OtlpFault.TooDeep);
            return;
        }

        while (TryReadTag(out uint tag))
        {
            if ((tag & 7) == 4)
            {
                if (tag >> 3 != number)
                {
                    Fail(OtlpFault.UnmatchedGroup);
                }

                return;
            }

            Skip(tag, depth);
        }

        if (Fault == OtlpFault.None)
        {
            Fail(OtlpFault.Truncated);
        }
    }

    ulong ReadVarintCore()
    {
        ulong value = 0;
        int at = Position;
        for (int i = 0; i < VarintBytesMax; i++)
        {
            if (at >= _message.Length)
            {
                return Fail(OtlpFault.Truncated);
            }

            byte part = _message[at++];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                Position = at;
                return value;
            }
        }

        return Fail(OtlpFault.InvalidVarint);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    ulong Fail(OtlpFault fault)
    {
        // The first fault is the cause; what follows from it is not.
        if (Fault == OtlpFault.None)
        {
            Fault = fault;
        }

        Position = _message.Length;
        return 0;
    }
}
