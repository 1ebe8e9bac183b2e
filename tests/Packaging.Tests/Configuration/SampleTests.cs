using Packaging.Tests.Tools;
using Tests.Shared;

namespace Packaging.Tests.Configuration;

public sealed class SampleTests
{
    public static TheoryData<string> Samples =>
    [
        .. Directory.GetFiles(Repository.PathTo("packaging"), "collector.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file)),
    ];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Sample_Checked_IsGood(string file) =>
        (await Tool.RunAsync(CollectorBinary.Path, "check", "--config", Repository.PathTo(file))).Succeeded();

    [Fact]
    public void Samples_AreTheOnesThatArePackaged() => Assert.Equal(3, Samples.Count);
}
