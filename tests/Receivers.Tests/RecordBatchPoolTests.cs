using Microsoft.Extensions.Time.Testing;

namespace Receivers.Tests;

public sealed class RecordBatchPoolTests
{
    readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(1024, 1024)]
    [InlineData(1025, RecordBatchPool.SmallBytes)]
    [InlineData(RecordBatchPool.SmallBytes, RecordBatchPool.SmallBytes)]
    [InlineData(RecordBatchPool.SmallBytes + 1, 65_536)]
    [InlineData(65_537, RecordBatchPool.LargeBytes)]
    [InlineData(RecordBatchPool.LargeBytes + 1, RecordBatchPool.LargeBytes + 1)]
    public void Rent_SoManyBytes_GivesTheNextSizeAndToMeasureBeyond(int bytes, int length) =>
        Assert.Equal(length, new RecordBatchPool().Rent(bytes).Buffer.Length);

    [Fact]
    public void Rent_WhatABurstNeededBefore_MakesNothing()
    {
        CountingPool pool = new(_time);
        for (int burst = 0; burst < 3; burst++)
        {
            RecordBatch[] all = [.. Enumerable.Range(0, 150).Select(_ => pool.Rent(RecordBatchPool.SmallBytes))];
            _time.Advance(RecordBatchPool.NeededWithin / 2);
            Assert.All(all, batch => batch.Release());
        }

        Assert.Equal(150, pool.Made);
    }

    [Fact]
    public void Return_AfterABurst_KeepsWhatIsStillNeeded()
    {
        CountingPool pool = new(_time);
        RecordBatch[] burst = Rent(pool, 150);
        Return(burst);
        // Two windows: in the first one the burst itself was.
        for (int window = 0; window < 3; window++)
        {
            Return(Rent(pool, 5));
            _time.Advance(RecordBatchPool.NeededWithin);
        }

        Return(Rent(pool, 5));
        Assert.Equal(150, pool.Made);

        Rent(pool, 10);
        Assert.InRange(pool.Made, 150 + 3, 150 + 5);
    }

    [Fact]
    public void Return_MoreThanTheBound_LeavesWhatIsOfAnotherSizeFirst()
    {
        CountingPool pool = new(_time);
        Return(Rent(pool, 2_000));
        RecordBatch[] stream = [.. Enumerable.Range(0, 200).Select(_ => pool.Rent(RecordBatchPool.LargeBytes))];
        Return(stream);
        Assert.Equal(2_200, pool.Made);

        // 32 MiB of large batches, with their records.
        for (int i = 0; i < 200; i++)
        {
            pool.Rent(RecordBatchPool.LargeBytes);
        }

        Assert.InRange(pool.Made, 2_200 + 100, 2_200 + 150);
        Rent(pool, 1);
        Assert.InRange(pool.Made, 2_200 + 101, 2_200 + 151);
    }

    static RecordBatch[] Rent(RecordBatchPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.Rent(RecordBatchPool.SmallBytes))];

    static void Return(RecordBatch[] batches)
    {
        foreach (RecordBatch batch in batches)
        {
            batch.Release();
        }
    }

    sealed class CountingPool(TimeProvider time) : RecordBatchPool(time)
    {
        public int Made { get; private set; }

        protected override RecordBatch Create(int bufferBytes)
        {
            Made++;
            return base.Create(bufferBytes);
        }
    }
}
