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
        Assert.Equal(entries, TemplateCacheFile.Save(folder.Path, cache, Identity));
        TemplateCache loaded = new(1_048_576, long.MaxValue);
        Assert.Equal(entries, TemplateCacheFile.Load(folder.Path, loaded, Identity, out string problem));
        Assert.Equal("", problem);
        Assert.Equal(All(cache), All(loaded));
        Assert.Equal([folder[TemplateCacheFile.FileName]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Load_WithoutAFile_IsNoProblem()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, TemplateCacheFile.Load(folder["missing"], Filled(0), Identity, out string problem));
        Assert.Equal("", problem);
    }

    [Fact]
    public void Load_OfAnotherModelsFile_SetsItAside()
    {
        using TemporaryFolder folder = new();
        TemplateCacheFile.Save(folder.Path, Filled(10), Identity + 1);
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
        TemplateCacheFile.Save(folder.Path, Filled(3), Identity);
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
        TemplateCacheFile.Save(folder.Path, Filled(2), Identity);
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

        TemplateCacheFile.Save(folder.Path, cache, Identity);
        TemplateCache small = new(16, long.MaxValue);
        Assert.Equal(200, TemplateCacheFile.Load(folder.Path, small, Identity, out _));
        Assert.All(Enumerable.Range(0, 4), i => Assert.True(small.TryGet(Key(i), out _)));
    }

    [Fact]
    public void Save_OverAFile_LeavesTheOldOneWhenItFails()
    {
        using TemporaryFolder folder = new();
        TemplateCacheFile.Save(folder.Path, Filled(5), Identity);
        Directory.CreateDirectory(folder[TemplateCacheFile.FileName + ".new"]);
        Assert.ThrowsAny<Exception>(() => TemplateCacheFile.Save(folder.Path, Filled(9), Identity));
        Assert.Equal(5, TemplateCacheFile.Load(folder.Path, Filled(0), Identity, out _));
    }

    static void AssertSetAside(TemporaryFolder folder, string reason)
    {
        TemplateCache cache = Filled(0);
        string path = folder[TemplateCacheFile.FileName];
        Assert.Equal(0, TemplateCacheFile.Load(folder.Path, cache, Identity, out string problem));
        Assert.StartsWith(path, problem, StringComparison.Ordinal);
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.Contains("set aside as templates.cache.set-aside", problem, StringComparison.Ordinal);
        Assert.Equal(0, cache.Count);
        Assert.False(File.Exists(path));
        Assert.True(File.Exists(path + TemplateCacheFile.AsideSuffix));
    }

    static TemplateCache Filled(int entries)
    {
        TemplateCache cache = new(1_048_576, long.MaxValue);
        for (int i = 0; i < entries; i++)
        {
            cache.Set(Key(i), new Answer(0.25f, (Severity)(i % 4), 0.5f, (Category)(i % 8)));
        }

        return cache;
    }

    static IEnumerable<SavedTemplate> All(TemplateCache cache) => cache.Snapshot().SelectMany(piece => piece.ToArray()).OrderBy(saved => saved.Key.High);

    static TemplateKey Key(int i) => TemplateKey.Of(BitConverter.GetBytes(i));
}
