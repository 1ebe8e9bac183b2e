using System.Buffers;
using Receivers.Otlp;

namespace Receivers.Tests.Otlp;

public sealed class BlockPoolTests
{
    [Fact]
    public void Rent_ManyAtOnce_GivesLargeOnesAndThenSmallOnes()
    {
        using BlockPool pool = new();
        IMemoryOwner<byte>[] blocks = [.. Enumerable.Range(0, BlockPool.LargeCountMax + 10).Select(_ => pool.Rent(1))];

        Assert.Equal(blocks.Length, blocks.Distinct().Count());
        Assert.All(blocks[..BlockPool.LargeCountMax], block => Assert.Equal(BlockPool.LargeBytes, block.Memory.Length));
        Assert.All(blocks[BlockPool.LargeCountMax..], block => Assert.Equal(BlockPool.SmallBytes, block.Memory.Length));

        // What came back is given out again, large ones first, and never more of them than before.
        blocks[^1].Dispose();
        blocks[0].Dispose();
        Assert.Same(blocks[0], pool.Rent());
        Assert.Same(blocks[^1], pool.Rent());
        Assert.Equal(BlockPool.SmallBytes, pool.Rent().Memory.Length);
    }

    [Fact]
    public void Rent_MoreThanASmallBlock_IsRefused()
    {
        using BlockPool pool = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));
        Assert.InRange(pool.Rent(pool.MaxBufferSize).Memory.Length, pool.MaxBufferSize, int.MaxValue);
    }

    [Fact]
    public void Dispose_WithBlocksInUse_LeavesThemUsable()
    {
        BlockPool pool = new();
        using (IMemoryOwner<byte> block = pool.Rent())
        {
            ((IDisposable)pool).Dispose();
            block.Memory.Span.Fill(1);
        }

        Assert.NotNull(pool.Rent());
    }
}
