using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>The attributes of a record, resource or scope, or the pairs of a list, in the order in which they came, for <c>foreach</c>.</summary>
/// <remarks>A sender may repeat a key, though it should not; each is given.</remarks>
public readonly ref struct OtlpAttributes
{
    readonly ReadOnlySpan<byte> _message;
    readonly uint _tag;

    internal OtlpAttributes(ReadOnlySpan<byte> message, uint tag)
    {
        _message = message;
        _tag = tag;
    }

    /// <summary>The first value with this key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out OtlpValue value)
    {
        foreach (OtlpPair attribute in this)
        {
            if (attribute.Key.SequenceEqual(key))
            {
                value = attribute.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public Enumerator GetEnumerator() => new(_message, _tag);

    public ref struct Enumerator
    {
        readonly uint _tag;
        WireReader _reader;

        internal Enumerator(ReadOnlySpan<byte> message, uint tag)
        {
            _reader = new WireReader(message);
            _tag = tag;
        }

        public OtlpPair Current { get; private set; }

        public bool MoveNext()
        {
            while (_reader.TryReadTag(out uint tag))
            {
                if (tag == _tag)
                {
                    Current = Read(_reader.ReadBytes());
                    return _reader.Fault == OtlpFault.None;
                }

                _reader.Skip(tag);
            }

            return false;
        }

        static OtlpPair Read(ReadOnlySpan<byte> pair)
        {
            WireReader reader = new(pair);
            ReadOnlySpan<byte> key = default;
            ReadOnlySpan<byte> value = default;
            while (reader.TryReadTag(out uint tag))
            {
                switch (tag)
                {
                    case Tags.KeyValue.Key:
                        key = reader.ReadBytes();
                        break;
                    case Tags.KeyValue.Value:
                        value = reader.ReadBytes();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }

            return new OtlpPair(key, new OtlpValue(value));
        }
    }
}
