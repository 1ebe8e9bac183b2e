using Classifier.Inference;
using Classifier.Tests.Shared;
using Microsoft.Win32.SafeHandles;

namespace Classifier.Tests.Inference;

public sealed class PrivateFileTests
{
    // More than one chunk, and no whole number of them.
    static readonly byte[] Content = [.. Enumerable.Range(0, 2_500_001).Select(i => (byte)(i * 31 >> 3))];

    [Fact]
    public void CreateInMemory_OfBytes_HoldsThemAndCannotBeChanged()
    {
        using SafeFileHandle? file = PrivateFile.CreateInMemory("test", Content, isMapped: false, out string problem);
        Assert.True(file is not null, problem);
        Assert.Equal(Content, File.ReadAllBytes(PrivateFile.PathOf(file)));
        Assert.Throws<UnauthorizedAccessException>(() => RandomAccess.Write(file, [1], 0));
    }

    [Fact]
    public void CreateUnlinked_OfBytes_HoldsThemAndLeavesTheFolderEmpty()
    {
        using TemporaryFolder folder = new();
        using SafeFileHandle? file = PrivateFile.CreateUnlinked(folder.Path, Content, isMapped: false, out string problem);
        Assert.True(file is not null, problem);
        Assert.Equal(Content, File.ReadAllBytes(PrivateFile.PathOf(file)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void CreateUnlinked_InAFolderThatIsNotThere_SaysWhy()
    {
        using TemporaryFolder folder = new();
        Assert.Null(PrivateFile.CreateUnlinked(folder["missing"], Content, isMapped: false, out string problem));
        Assert.Equal("No such file or directory", problem);
    }
}
