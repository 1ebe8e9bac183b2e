using Classifier.Caching;
using Classifier.Inference;

namespace Classifier.Tests.Caching;

public sealed class TemplateCacheTests
{
    const int Entries = 65_536;

    [Fact]
    public void TryGet_OfWhatWasSet_GivesItBack()
    {
        TemplateCache cache = new(Entries, long.MaxValue);
        for (int i = 0; i < 20_000; i++)
        {
            cache.Set(Key(i), Answer(i));
        }

        for (int i = 0; i < 20_000; i++)
        {
            Assert.True(cache.TryGet(Key(i), out Answer answer));
            Assert.Equal(Answer(i), answer);
        }

        Assert.False(cache.TryGet(Key(-1), out _));
        Assert.Equal((20_000, 0), (cache.Count, cache.Evictions));
    }

    [Fact]
    public void Set_OfAKnownTemplate_ChangesItsAnswer()
    {
        TemplateCache cache = new(Entries, long.MaxValue);
        cache.Set(Key(1), Answer(1));
        cache.Set(Key(1), Answer(2));
        Assert.True(cache.TryGet(Key(1), out Answer answer));
        Assert.Equal((Answer(2), 1), (answer, cache.Count));
    }

    [Fact]
    public void TryGet_OfKeysThatDifferInOneBit_TellsThemApart()
    {
        TemplateCache cache = new(Entries, long.MaxValue);
        TemplateKey key = Key(7);
        cache.Set(key, Answer(7));
        for (int bit = 0; bit < 64; bit++)
        {
            Assert.False(cache.TryGet(key with { High = key.High ^ (1UL << bit) }, out _));
            Assert.False(cache.TryGet(key with { Low = key.Low ^ (1UL << bit) }, out _));
        }
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(0UL, 1UL)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void TryGet_OfExtremeKeys_IsLikeOfAnyOther(ulong high, ulong low)
    {
        TemplateCache cache = new(Entries, long.MaxValue);
        TemplateKey key = new(high, low);
        Assert.False(cache.TryGet(key, out _));
        cache.Set(key, Answer(3));
        Assert.True(cache.TryGet(key, out Answer answer));
        Assert.Equal(Answer(3), answer);
    }

    [Theory]
    [InlineData(16, long.MaxValue, 16)]
    [InlineData(100, long.MaxValue, 96)]
    [InlineData(3_000, long.MaxValue, 2_992)]
    [InlineData(int.MaxValue, 1_000_000, 20_240)]
    [InlineData(16, 1, 16)]
    public void Set_OfMoreThanTheBounds_StaysWithin(int entriesMax, long bytesMax, int atMost)
    {
        TemplateCache cache = new(entriesMax, bytesMax);
        for (int i = 0; i < 100_000; i++)
        {
            cache.Set(Key(i), Answer(i));
        }

        Assert.InRange(cache.Count, atMost * 9 / 10, atMost);
        Assert.True(cache.Bytes <= Math.Max(bytesMax, TemplateTable.BucketBytes), $"{cache.Bytes} bytes");
        Assert.True(cache.TryGet(Key(99_999), out _));
        Assert.InRange(cache.Evictions, 100_000 - atMost, 100_000);
    }

    [Fact]
    public void Bytes_OfAnEmptyCache_AreFew() => Assert.InRange(new TemplateCache(1_048_576, 64 * 1024 * 1024).Bytes, 1, 32 * 1024);

    /// <summary>The default size, half full of templates that were seen more than once, and ten million lines that never come again.</summary>
    [Fact]
    public void Set_OfTenMillionUniqueKeys_DoesNotPushOutTheWorkingSet()
    {
        const int WorkingSet = 200_000;
        TemplateCache cache = new(1_048_576, 64 * 1024 * 1024);
        for (int i = 0; i < WorkingSet; i++)
        {
            cache.Set(Key(i), Answer(i));
            cache.TryGet(Key(i), out _);
        }

        for (int i = 0; i < 10_000_000; i++)
        {
            cache.Set(Key(WorkingSet + i), Answer(i));
        }

        int kept = Enumerable.Range(0, WorkingSet).Count(i => cache.TryGet(Key(i), out _));
        Assert.Equal(WorkingSet, kept);
    }

    [Fact]
    public void Set_LongAfterTheLastHit_TakesThePlaceOfOldTemplates()
    {
        TemplateCache cache = new(16, long.MaxValue);
        for (int i = 0; i < 16; i++)
        {
            cache.Set(Key(i), Answer(i));
            cache.TryGet(Key(i), out _);
        }

        for (int i = 16; i < 2_000; i++)
        {
            cache.Set(Key(i), Answer(i));
        }

        Assert.DoesNotContain(Enumerable.Range(0, 16), i => cache.TryGet(Key(i), out _));
    }

    /// <summary>Readers that race with writers see the right answer or none, never another template's.</summary>
    [Fact]
    public async Task TryGet_WhileOthersWrite_NeverGivesAnotherAnswer()
    {
        // 64 entries and 4,000 templates: every write replaces something that readers look for.
        TemplateCache cache = new(64, long.MaxValue);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(700));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        long hits = 0;
        long wrong = 0;
        Task[] tasks = [.. Enumerable.Range(0, 4).Select(task => Task.Run(() =>
        {
            Random random = new(task);
            // On a busy machine the readers may not have had their turn yet.
            while (!stop.IsCancellationRequested || (Interlocked.Read(ref hits) == 0 && !limit.IsCancellationRequested))
            {
                int i = random.Next(4_000);
                if (task < 2)
                {
                    cache.Set(Key(i), Answer(i));
                }
                else if (cache.TryGet(Key(i), out Answer answer))
                {
                    Interlocked.Increment(ref hits);
                    Interlocked.Add(ref wrong, answer == Answer(i) ? 0 : 1);
                }
            }
        }))];
        await Task.WhenAll(tasks);
        Assert.True(hits > 0);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task TryGet_WhileTheTableGrows_FindsWhatIsThere()
    {
        TemplateCache cache = new(1_048_576, long.MaxValue);
        for (int i = 0; i < 500; i++)
        {
            cache.Set(Key(i), Answer(i));
        }

        Task writer = Task.Run(() =>
        {
            for (int i = 500; i < 300_000; i++)
            {
                cache.Set(Key(i), Answer(i));
            }
        });
        while (!writer.IsCompleted)
        {
            for (int i = 0; i < 500; i++)
            {
                Assert.True(cache.TryGet(Key(i), out _));
            }
        }

        await writer;
        Assert.Equal((300_000, 0), (cache.Count, cache.Evictions));
    }

    [Fact]
    public async Task TryGet_OnSeveralThreads_CountsEveryHit()
    {
        TemplateCache cache = new(Entries, long.MaxValue) { Minutes = 5 };
        cache.Restore(new SavedTemplate(Key(1), Answer(1), 0, new Tally(0).Next(4)));
        cache.Set(Key(2), Answer(2));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                cache.TryGet(Key(1), out _);
            }
        })));
        Assert.True(cache.TryPeek(Key(1), out SavedTemplate one));
        Assert.True(cache.TryPeek(Key(2), out SavedTemplate two));
        Assert.Equal((40_001UL, 5U, 0UL), (one.Tally.Count, one.Tally.Minutes, two.Tally.Count));

        // Growing moves the counts along.
        for (int i = 3; i < 20_000; i++)
        {
            cache.Set(Key(i), Answer(i));
        }

        cache.TryPeek(Key(1), out one);
        Assert.Equal(40_001UL, one.Tally.Count);
    }

    [Fact]
    public void Set_OverAnEvictedTemplate_StartsItsCountAnew()
    {
        TemplateCache cache = new(16, long.MaxValue);
        for (int i = 0; i < 17; i++)
        {
            cache.Set(Key(i), Answer(i));
            cache.TryGet(Key(i), out _);
        }

        cache.TryPeek(Key(16), out SavedTemplate saved);
        Assert.Equal(1UL, saved.Tally.Count);
    }

    [Fact]
    public void TryGet_Allocates_Nothing()
    {
        TemplateCache cache = new(Entries, long.MaxValue);
        TemplateKey[] keys = [Key(0), Key(1)];
        cache.Set(keys[1], Answer(1));
        cache.TryGet(keys[1], out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            cache.TryGet(keys[i & 1], out _);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    static TemplateKey Key(int i) => TemplateKey.Of(BitConverter.GetBytes(i));

    static Answer Answer(int i) => new((i & 0xFFFF) / 65_536f, (Severity)(i % 4), (i >> 8 & 0xFF) / 256f, (Category)(i % 8));
}
