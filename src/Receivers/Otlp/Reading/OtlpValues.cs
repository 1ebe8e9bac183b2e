using Receivers.Otlp.Wire;

namespace Receivers.Otlp.Reading;

/// <summary>The values of an array, in order, for <c>foreach</c>.</summary>
public readonly ref struct OtlpValues
{
    readonly ReadOnlySpan<byte> _array;

    internal OtlpValues(ReadOnlySpan<byte> array) => _array = array;

    public Enumerator GetEnumerator() => new(_array);

    public ref struct Enumerator
    {
        WireReader _reader;

        internal Enumerator(ReadOnlySpan<byte> array) => _reader = new WireReader(array);

        public OtlpValue Current { get; private set; }

        public bool MoveNext()
        {
            while (_reader.TryReadTag(out uint tag))
            {
                if (tag == Tags.Values)
                {
                    Current = new OtlpValue(_reader.ReadBytes());
                    return _reader.Fault == OtlpFault.None;
                }

                _reader.Skip(tag);
            }

            return false;
        }
    }
}
