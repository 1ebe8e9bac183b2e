using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Receivers.Otlp;

/// <summary>The memory that Kestrel reads into: large blocks, so that a body takes few system calls and wake-ups; beyond some number small ones.</summary>
/// <remarks>
/// Kestrel fills one block a read, and its own blocks have 4 KiB: 47 reads for 512 records. Small ones are what many connections get, each of which may
/// hold a block for a single byte. The block that came back last is given out first, since it is in the cache. Safe on any thread; shared by all
/// of Kestrel's queues, each of which disposes of it when Kestrel stops: that does nothing, and the memory goes with the last block.
/// </remarks>
sealed class BlockPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>Two of a gRPC client's frames. 16 KiB cost a few percent more, and so did 64 KiB.</summary>
    public const int LargeBytes = 32 * 1024;

    /// <summary>4 MiB: the bodies of 20 requests of 512 records.</summary>
    public const int LargeCountMax = 128;

    /// <summary>As Kestrel has them.</summary>
    public const int SmallBytes = 4 * 1024;

    /// <summary>4 MiB; what is returned beyond that is left to the garbage collector.</summary>
    public const int SmallKeptMax = 1024;

    readonly Lock _lock = new();
    readonly Stack<Block> _large = new();
    readonly Stack<Block> _small = new();
    int _largeCount;

    /// <summary>What may be asked for; a block may be larger.</summary>
    public override int MaxBufferSize => SmallBytes;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        bool isLarge;
        lock (_lock)
        {
            if (_large.TryPop(out Block? block))
            {
                return block;
            }

            isLarge = _largeCount < LargeCountMax;
            if (isLarge)
            {
                _largeCount++;
            }
            else if (_small.TryPop(out block))
            {
                return block;
            }
        }

        return new Block(this, isLarge ? LargeBytes : SmallBytes);
    }

    protected override void Dispose(bool disposing)
    {
    }

    void Return(Block block)
    {
        lock (_lock)
        {
            if (block.Memory.Length == LargeBytes)
            {
                _large.Push(block);
            }
            else if (_small.Count < SmallKeptMax)
            {
                _small.Push(block);
            }
        }
    }

    sealed class Block(BlockPool pool, int bytes) : IMemoryOwner<byte>
    {
        // Pinned: the kernel writes into it.
        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(bytes, pinned: true), 0, bytes);

        public void Dispose() => pool.Return(this);
    }
}
