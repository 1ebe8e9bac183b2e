using Classifier.Caching;
using Classifier.Normalizing;

namespace Classifier.Tests.Caching;

public class OutlineCacheTests
{
    // More than there are sets, so that outlines a multiple of it apart share one.
    const ulong Apart = 1UL << 32;

    readonly OutlineCache _cache = new();

    [Fact]
    public void TryGet_OfAnOutlineThatIsThere_GivesItsKey()
    {
        for (ulong i = 0; i < 1000; i++)
        {
            _cache.Set(OutlineOf(i), KeyOf(i));
        }

        for (ulong i = 0; i < 1000; i++)
        {
            Assert.True(_cache.TryGet(OutlineOf(i), out TemplateKey key));
            Assert.Equal(KeyOf(i), key);
        }
    }

    [Fact]
    public void TryGet_OfAnother_GivesNone()
    {
        _cache.Set(new OutlineKey(1, 2), new TemplateKey(3, 4));
        Assert.False(_cache.TryGet(new OutlineKey(1, 2 + Apart), out _));
        Assert.False(_cache.TryGet(new OutlineKey(2, 2), out _));
        Assert.False(_cache.TryGet(new OutlineKey(1, 3), out _));
    }

    [Fact]
    public void Set_OfAThirdInASet_PushesOutTheOldest()
    {
        OutlineKey[] outlines = [new(7, 5), new(7, 5 + Apart), new(7, 5 + (2 * Apart))];
        foreach (OutlineKey outline in outlines)
        {
            _cache.Set(outline, new TemplateKey(outline.High, outline.Low));
        }

        Assert.Equal([false, true, true], outlines.Select(outline => _cache.TryGet(outline, out _)));
    }

    /// <summary>Four threads write to one set what belongs together; whoever finds an outline finds its key.</summary>
    [Fact]
    public async Task TryGet_WhileOthersWrite_NeverGivesTheKeyOfAnother()
    {
        int found = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            Random random = new(thread);
            for (int i = 0; i < 500_000; i++)
            {
                ulong number = (ulong)random.Next(4);
                OutlineKey outline = OutlineOf(number * Apart);
                if (_cache.TryGet(outline, out TemplateKey key))
                {
                    Assert.Equal(KeyOf(number * Apart), key);
                    Interlocked.Increment(ref found);
                }
                else
                {
                    _cache.Set(outline, KeyOf(number * Apart));
                }
            }
        })));
        Assert.True(found > 1000, $"found {found}");
    }

    static OutlineKey OutlineOf(ulong i) => new(~i * 0x9E37_79B9_7F4A_7C15, i);

    static TemplateKey KeyOf(ulong i) => new(~i * 0xC2B2_AE3D_27D4_EB4F, i * 0x1656_67B1_9E37_79F9);
}
