using System.Text;
using Classifier.Caching;
using Classifier.Inference;
using Classifier.Tests.Shared;

namespace Classifier.Tests.Caching;

public sealed class TemplateCacheFileTests
{
    static readonly UInt128 Identity = new(1, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void Load_OfASavedCache_HasAllOfIt(int entries)
    {
        using TemporaryFolder folder = new();
        TemplateCache cache = Filled(entries);
        Assert.Equal(entries, Save(folder, cache, Identity));
        TemplateCache loaded = new(1_048_576, long.MaxValue);
        Assert.Equal(entries, Load(folder, loaded, out string problem));
        Assert.Equal("", problem);
        Assert.Equal(All(cache), All(loaded));
        Assert.Equal([folder[TemplateCacheFile.FileName]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Load_WithoutAFile_IsNoProblem()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, TemplateCacheFile.Load(folder["missing"], Filled(0), new TemplateExamples(Filled(0)), Identity, out string problem));
        Assert.Equal("", problem);
    }

    [Fact]
    public void Load_OfAnotherModelsFile_SetsItAside()
    {
        using TemporaryFolder folder = new();
        Save(folder, Filled(10), Identity + 1);
        AssertSetAside(folder, "of another model");
    }

    [Fact]
    public void Load_OfAForeignFile_SetsItAside()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder[TemplateCacheFile.FileName], new byte[32 + 16 + (5 * 24)]);
        AssertSetAside(folder, "not a template cache");
    }

    [Fact]
    public void Load_OfAFileCutAnywhere_SetsItAside()
    {
        using TemporaryFolder folder = new();
        Save(folder, Filled(3), Identity);
        byte[] whole = File.ReadAllBytes(folder[TemplateCacheFile.FileName]);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder[TemplateCacheFile.FileName], whole[..length]);
            AssertSetAside(folder, "");
        }
    }

    [Fact]
    public void Load_OfAFileWithAnyBitFlipped_SetsItAside()
    {
        using TemporaryFolder folder = new();
        Save(folder, Filled(2), Identity);
        byte[] whole = File.ReadAllBytes(folder[TemplateCacheFile.FileName]);
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(folder[TemplateCacheFile.FileName], damaged);
            AssertSetAside(folder, "");
        }
    }

    [Fact]
    public void Load_IntoASmallerCache_KeepsTheHotOnes()
    {
        using TemporaryFolder folder = new();
        TemplateCache cache = Filled(200);
        for (int i = 0; i < 4; i++)
        {
            cache.TryGet(Key(i), out _);
        }

        Save(folder, cache, Identity);
        TemplateCache small = new(16, long.MaxValue);
        Assert.Equal(200, Load(folder, small, out _));
        Assert.All(Enumerable.Range(0, 4), i => Assert.True(small.TryGet(Key(i), out _)));
    }

    [Fact]
    public void Save_OverAFile_LeavesTheOldOneWhenItFails()
    {
        using TemporaryFolder folder = new();
        Save(folder, Filled(5), Identity);
        Directory.CreateDirectory(folder[TemplateCacheFile.FileName + ".new"]);
        Assert.ThrowsAny<Exception>(() => Save(folder, Filled(9), Identity));
        Assert.Equal(5, Load(folder, Filled(0), out _));
    }

    static void AssertSetAside(TemporaryFolder folder, string reason)
    {
        TemplateCache cache = Filled(0);
        string path = folder[TemplateCacheFile.FileName];
        Assert.Equal(0, Load(folder, cache, out string problem));
        Assert.StartsWith(path, problem, StringComparison.Ordinal);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Contains("set aside as templates.cache.set-aside", problem, StringComparison.Ordinal);
        Assert.Equal(0, cache.Count);
        Assert.False(File.Exists(path));
        Assert.True(File.Exists(path + TemplateCacheFile.AsideSuffix));
    }

    static int Save(TemporaryFolder folder, TemplateCache cache, UInt128 identity)
    {
        TemplateExamples examples = new(cache);
        examples.Add(Key(0), "app"u8, "text"u8, 3);
        return TemplateCacheFile.Save(folder.Path, cache, examples, identity);
    }

    static int Load(TemporaryFolder folder, TemplateCache cache, out string problem)
    {
        TemplateExamples examples = new(cache);
        int count = TemplateCacheFile.Load(folder.Path, cache, examples, Identity, out problem);
        if (problem.Length == 0)
        {
            Assert.True(examples.TryGet(Key(0), out Example? example));
            Assert.Equal(("app: text", 3U, 1UL), (Encoding.UTF8.GetString(example.Value.Text), example.Value.FirstMinutes, example.Value.Misses.Count));
        }

        return count;
    }

    static TemplateCache Filled(int entries)
    {
        TemplateCache cache = new(1_048_576, long.MaxValue);
        for (int i = 0; i < entries; i++)
        {
            Answer answer = new(0.25f, (Severity)(i % 4), 0.5f, (Category)(i % 8));
            cache.Restore(new SavedTemplate(Key(i), answer, 0, new Tally((ulong)i << 24)));
        }

        return cache;
    }

    static IEnumerable<SavedTemplate> All(TemplateCache cache) => cache.Snapshot().SelectMany(piece => piece.ToArray()).OrderBy(saved => saved.Key.High);

    static TemplateKey Key(int i) => TemplateKey.Of(BitConverter.GetBytes(i));
}
