using System.Buffers;

namespace Receivers.Otlp.Wire;

/// <summary>Reads the containers of a request, whose bytes lie in the pieces in which they came from the network.</summary>
/// <remarks>As <see cref="WireReader"/>, of which it is the twin over several pieces. A copy is a second cursor at the same place.</remarks>
ref struct WireSequence
{
    const int GroupDepthMax = 64;
    const int VarintBytesMax = 10;

    readonly long _length;
    SequenceReader<byte> _reader;
    long _end;

    public WireSequence(ReadOnlySequence<byte> bytes)
    {
        _reader = new SequenceReader<byte>(bytes);
        _length = bytes.Length;
        _end = _length;
    }

    public OtlpFault Fault { get; private set; }

    /// <summary>Bytes left in this message.</summary>
    public readonly long Remaining => _end - _reader.Consumed;

    /// <summary>Bytes left in the whole request.</summary>
    public readonly long RequestRemaining => _length - _reader.Consumed;

    public bool TryReadTag(out uint tag)
    {
        if (_reader.Consumed >= _end)
        {
            tag = 0;
            return false;
        }

        tag = (uint)ReadVarint();
        if (tag >> 3 == 0)
        {
            Fail(OtlpFault.InvalidTag);
        }

        return Fault == OtlpFault.None;
    }

    /// <summary>The length of a string, of bytes or of a message; all of it is there.</summary>
    public int ReadLength()
    {
        int length = (int)ReadVarint();
        if ((uint)length > (ulong)Remaining)
        {
            Fail(length < 0 ? OtlpFault.InvalidLength : OtlpFault.Truncated);
            return 0;
        }

        return length;
    }

    /// <summary>A cursor over the message that follows; this one steps over it.</summary>
    public WireSequence ReadMessage()
    {
        int length = ReadLength();
        WireSequence inner = this;
        inner._end = _reader.Consumed + length;
        _reader.Advance(length);
        return inner;
    }

    /// <summary>Copies the next bytes.</summary>
    /// <param name="destination">As long as <see cref="ReadLength"/> said.</param>
    public void Read(Span<byte> destination)
    {
        _reader.TryCopyTo(destination);
        _reader.Advance(destination.Length);
    }

    /// <summary>The next bytes in one piece, when they lie so; this cursor steps over them.</summary>
    public bool TryReadSpan(int length, out ReadOnlySpan<byte> bytes)
    {
        if (_reader.UnreadSpan.Length < length)
        {
            bytes = default;
            return false;
        }

        bytes = _reader.UnreadSpan[..length];
        _reader.Advance(length);
        return true;
    }

    public void Skip(uint tag) => Skip(tag, 0);

    void Skip(uint tag, int depth)
    {
        switch (tag & 7)
        {
            case 0:
                ReadVarint();
                break;
            case 1:
                Advance(sizeof(ulong));
                break;
            case 2:
                Advance(ReadLength());
                break;
            case 3:
                SkipGroup(tag >> 3, depth + 1);
                break;
            case 4:
                Fail(OtlpFault.UnmatchedGroup);
                break;
            case 5:
                Advance(sizeof(uint));
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

    void Advance(int count)
    {
        if (count > Remaining)
        {
            Fail(OtlpFault.Truncated);
            return;
        }

        _reader.Advance(count);
    }

    /// <summary>One or two bytes that lie together: nearly every tag and length.</summary>
    ulong ReadVarint()
    {
        ReadOnlySpan<byte> next = _reader.UnreadSpan;
        if (next.Length >= 2 && Remaining >= 2)
        {
            uint low = next[0], high = next[1];
            if (low < 0x80)
            {
                _reader.Advance(1);
                return low;
            }

            if (high < 0x80)
            {
                _reader.Advance(2);
                return (low & 0x7F) | (high << 7);
            }
        }

        return ReadVarintCore();
    }

    ulong ReadVarintCore()
    {
        ulong value = 0;
        for (int i = 0; i < VarintBytesMax; i++)
        {
            if (_reader.Consumed >= _end || !_reader.TryRead(out byte part))
            {
                return Fail(OtlpFault.Truncated);
            }

            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                return value;
            }
        }

        return Fail(OtlpFault.InvalidVarint);
    }

    ulong Fail(OtlpFault fault)
    {
        if (Fault == OtlpFault.None)
        {
            Fault = fault;
        }

        _end = _reader.Consumed;
        return 0;
    }
}
