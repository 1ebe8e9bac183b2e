using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Grafana;

public sealed class ProvisioningTests
{
    static readonly string Folder = Repository.PathTo("packaging", "grafana", "provisioning");

    [Fact]
    public void DataSources_AreOneOfEachTypeThatTheDashboardsAskFor()
    {
        string[] types = [.. Load("datasources", "collector.yml").ListAt("datasources").Select(s => s.TextAt("type")!)];
        Assert.Equal(types.Distinct(), types);
        Assert.All(Dashboard.Files.SelectMany(f => new Dashboard(f).Queries).Select(q => q.Language).Distinct(), language => Assert.Contains(language, types));
    }

    [Fact]
    public void AlertRules_AskOnlyProvisionedDataSources()
    {
        string[] uids = [.. Load("datasources", "collector.yml").ListAt("datasources").Select(s => s.TextAt("uid")!)];
        YamlNode[] rules = [.. Load("alerting", "rules.yml").ListAt("groups").SelectMany(g => g.ListAt("rules"))];
        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", rule.TextAt("uid"));
            string[] steps = [.. rule.ListAt("data").Select(d => d.TextAt("refId")!)];
            Assert.Equal(steps, rule.ListAt("data").Select(d => d.TextAt("model", "refId")!));
            Assert.Contains(rule.TextAt("condition"), steps);
            Assert.All(rule.ListAt("data"), data => Assert.Contains(data.TextAt("datasourceUid"), uids.Append("__expr__")));
        });
    }

    [Fact]
    public void Policies_NameProvisionedContactPoints()
    {
        YamlNode file = Load("alerting", "contact-points.yml");
        string?[] names = [.. file.ListAt("contactPoints").Select(c => c.TextAt("name"))];
        Assert.All(file.ListAt("policies"), policy => Assert.Contains(policy.TextAt("receiver"), names));
        Assert.All(file.ListAt("contactPoints").SelectMany(c => c.ListAt("receivers")), receiver => Assert.NotNull(receiver.TextAt("uid")));
    }

    [Fact]
    public void Files_AllSayTheirFormatVersion() => Assert.All(
        Directory.GetFiles(Folder, "*.yml", SearchOption.AllDirectories), file => Assert.Equal("1", Yaml.Load(file).TextAt("apiVersion")));

    static YamlNode Load(params string[] path) => Yaml.Load(Path.Combine([Folder, .. path]));
}
