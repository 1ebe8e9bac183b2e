using Collector.Configuration;
using Tests.Shared;

namespace Collector.Tests.Configuration;

public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void Write_Reference_EqualsTheDocument()
    {
        string file = Repository.PathTo("docs", "configuration.md");
        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(
            expected == ConfigurationReference.Write(),
            "docs/configuration.md is out of date; make it again: dotnet run --project src/Collector -- check --reference > docs/configuration.md");
    }

    [Fact]
    public void Write_Reference_KnowsEveryKeyThatIsReadByDefault()
    {
        string text = ConfigurationReference.Write();
        List<SettingGroup> groups = [ConfigurationLoader.Load(null).Settings];
        for (int i = 0; i < groups.Count; i++)
        {
            groups.AddRange(groups[i].Groups);
            Assert.All(groups[i].Settings, setting => Assert.Contains($"| `{setting.Key}` |", text, StringComparison.Ordinal));
        }
    }
}
