using System.Buffers;
using System.Runtime.CompilerServices;

namespace Collector.Outputs.Formats;

/// <summary>A growing pooled buffer that payloads are written into. Used by one task at a time.</summary>
sealed class PayloadBuffer(int initialBytes = 64 * 1024) : IBufferWriter<byte>, IDisposable
{
    byte[] _bytes = ArrayPool<byte>.Shared.Rent(initialBytes);
    int _length;

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>What was written; good until the next write.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>What was written; good until the next write.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    /// <summary>Room for at least so many bytes; what was used of it is told with <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Grow(bytes);
        }

        return _bytes.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    /// <summary>Writes over a byte that was written before.</summary>
    public void SetByte(int at, byte value) => _bytes.AsSpan(0, _length)[at] = value;

    /// <summary>Makes room in front of what was written from a place on.</summary>
    /// <param name="at">Where the room begins.</param>
    /// <param name="bytes">How much; what lies there now moves, and the room holds anything.</param>
    public void Insert(int at, int bytes)
    {
        Reserve(bytes);
        _bytes.AsSpan(at, _length - at).CopyTo(_bytes.AsSpan(at + bytes));
        _length += bytes;
    }

    /// <summary>Writes over bytes that were written before.</summary>
    public void SetBytes(int at, scoped ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes.AsSpan(0, _length)[at..]);

    /// <summary>What was written from a place on, to be changed; good until the next write.</summary>
    public Span<byte> Written(int from) => _bytes.AsSpan(from, _length - from);

    /// <summary>Takes back what was written after this length.</summary>
    public void CutTo(int length) => _length = length;

    public void Clear() => _length = 0;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Reserve(Math.Max(sizeHint, 256));
        return _bytes.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Reserve(Math.Max(sizeHint, 256));

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int bytes)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, checked(_length + bytes)));
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
