namespace Collector.Outputs.Otlp;

/// <summary>Goes over the fields of an encoded message one by one, in order. For messages that the receiver has checked; ends at what it cannot read.</summary>
ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    ReadOnlySpan<byte> _rest = message;

    /// <summary>Number and wire type: <c>number &lt;&lt; 3 | type</c>.</summary>
    public uint Tag { get; private set; }

    /// <summary>Tag and value as they stand in the message.</summary>
    public ReadOnlySpan<byte> Whole { get; private set; }

    /// <summary>Of a string, bytes or message its content; else empty.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    public bool TryNext()
    {
        ReadOnlySpan<byte> rest = _rest;
        Content = default;
        int at = 0;
        if (rest.IsEmpty || !TryVarint(rest, ref at, out ulong tag))
        {
            return false;
        }

        Tag = (uint)tag;
        switch (tag & 7)
        {
            case 0:
                if (!TryVarint(rest, ref at, out _))
                {
                    return false;
                }

                break;
            case 1:
                at += sizeof(ulong);
                break;
            case 2:
                if (!TryVarint(rest, ref at, out ulong length) || length > (ulong)(rest.Length - at))
                {
                    return false;
                }

                Content = rest.Slice(at, (int)length);
                at += (int)length;
                break;
            case 5:
                at += sizeof(uint);
                break;
            default:
                // Groups, which OTLP has none of: all that is left goes as one.
                at = rest.Length;
                break;
        }

        if (at > rest.Length)
        {
            return false;
        }

        Whole = rest[..at];
        _rest = rest[at..];
        return true;
    }

    static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            byte part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
