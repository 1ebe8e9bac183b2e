using System.Buffers;

namespace Receivers.Otlp.Inflating;

/// <summary>Bytes of a length that is not known before, in pieces of pooled memory: grows without copying.</summary>
/// <remarks>Owned by one request. What <see cref="Bytes"/> gave is void after <see cref="Dispose"/>.</remarks>
sealed class PooledBytes : IDisposable
{
    /// <summary>What more than the content is held at most.</summary>
    public const int PieceBytes = 64 * 1024;

    Piece? _first;
    Piece? _last;

    public long Length => _last is null ? 0 : _last.RunningIndex + _last.Used;

    public ReadOnlySequence<byte> Bytes
    {
        get
        {
            _last?.Seal();
            return _first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_first, 0, _last!, _last!.Memory.Length);
        }
    }

    /// <summary>Free bytes at the end, at least one.</summary>
    public Memory<byte> Free()
    {
        if (_last is null || _last.Used == _last.Array.Length)
        {
            Piece piece = new(Length);
            _last?.Append(piece);
            _first ??= piece;
            _last = piece;
        }

        return _last.Array.AsMemory(_last.Used);
    }

    public void Advance(int count) => _last!.Used += count;

    public void Dispose()
    {
        for (Piece? piece = _first; piece is not null; piece = (Piece?)piece.Next)
        {
            ArrayPool<byte>.Shared.Return(piece.Array);
        }

        _first = _last = null;
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(long index) => RunningIndex = index;

        public byte[] Array { get; } = ArrayPool<byte>.Shared.Rent(PieceBytes);

        public int Used { get; set; }

        public void Append(Piece next)
        {
            Seal();
            Next = next;
        }

        public void Seal() => Memory = Array.AsMemory(0, Used);
    }
}
