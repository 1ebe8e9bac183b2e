using System.Text.RegularExpressions;
using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Container;

public sealed partial class ComposeTests
{
    static readonly YamlNode Compose = Yaml.Load(Repository.PathTo("docker-compose.yml"));

    static IEnumerable<(string Name, YamlNode Service)> Services =>
        ((YamlMappingNode)Compose.At("services")!).Children.Select(s => (((YamlScalarNode)s.Key).Value!, s.Value));

    [ToolTheory("docker-compose")]
    [InlineData("")]
    [InlineData("packaging/container/env.example")]
    public async Task Config_WithAndWithoutSettings_IsClean(string environmentFile)
    {
        string[] settings = environmentFile.Length > 0 ? ["--env-file", Repository.PathTo(environmentFile)] : [];
        ToolResult result = await Tool.RunAsync("docker-compose", ["--file", Repository.PathTo("docker-compose.yml"), .. settings, "config"]);
        result.Succeeded();
        Assert.Equal("", result.Errors);
    }

    [Fact]
    public void Images_ArePinnedToAVersion() => Assert.All(Services, s => Assert.Matches(@":v?\d+\.\d+\.\d+$", s.Service.TextAt("image")));

    [Fact]
    public void MountedFiles_AllExist()
    {
        string[] mounted = [.. Volumes().Where(v => v.StartsWith("./", StringComparison.Ordinal)).Select(v => v.Split(':')[0])];
        Assert.NotEmpty(mounted);
        Assert.All(mounted, file => Assert.True(Path.Exists(Repository.PathTo(file)), file));
    }

    [Fact]
    public void NamedVolumes_AreDeclaredAndUsed()
    {
        IEnumerable<string> used = Volumes().Where(v => !v.StartsWith('.')).Select(v => v.Split(':')[0]).Distinct();
        Assert.Equal(((YamlMappingNode)Compose.At("volumes")!).Children.Keys.Select(k => k.ToString()).Order(), used.Order());
    }

    [Fact]
    public void Dependencies_OnHealth_HaveAHealthCheck()
    {
        Dictionary<string, YamlNode> services = Services.ToDictionary(s => s.Name, s => s.Service);
        Assert.All(services.Values.Select(s => s.At("depends_on")).OfType<YamlMappingNode>().SelectMany(d => d.Children), dependency =>
        {
            YamlNode service = services[dependency.Key.ToString()];
            Assert.True(dependency.Value.TextAt("condition") != "service_healthy" || service.At("healthcheck") is not null, dependency.Key.ToString());
        });
    }

    [Fact]
    public void PagesWithoutALoginOrWithADefaultOne_ListenOnLoopbackOnly() => Assert.All(
        Services.Where(s => s.Name != "collector").SelectMany(s => s.Service.ListAt("ports")), port => Assert.StartsWith("127.0.0.1:", port.ToString()));

    [Fact]
    public void Addresses_InTheMountedFiles_AreServices()
    {
        string[] files =
        [
            Repository.PathTo("packaging", "prometheus", "prometheus.yml"),
            Repository.PathTo("packaging", "container", "collector.yaml"),
            .. Directory.GetFiles(Repository.PathTo("packaging", "grafana", "provisioning"), "*.yml", SearchOption.AllDirectories),
        ];
        string[] hosts = [.. files.SelectMany(f => Address().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct()];
        Assert.Equal(["alertmanager", "collector", "loki", "prometheus"], hosts.Order());
        Assert.All(hosts, host => Assert.Contains(host, Services.Select(s => s.Name)));
    }

    [ToolFact("amtool")]
    public async Task AlertmanagerFiles_ByAmtool_AreValid() => (await Tool.RunAsync("amtool", [
        "check-config", .. Directory.GetFiles(Repository.PathTo("packaging", "container"), "alertmanager*.yml")])).Succeeded();

    [Fact]
    public void Loki_TakesStructuredMetadata()
    {
        YamlNode loki = Yaml.Load(Repository.PathTo("packaging", "container", "loki.yml"));
        Assert.Equal("true", loki.TextAt("limits_config", "allow_structured_metadata"));
        YamlNode collector = Yaml.Load(Repository.PathTo("packaging", "container", "collector.yaml"));
        Assert.Equal($"http://loki:{loki.TextAt("server", "http_listen_port")}", collector.TextAt("outputs", "loki", "endpoint"));
        Assert.All(loki.ListAt("schema_config", "configs"), schema => Assert.Equal("v13 tsdb", $"{schema.TextAt("schema")} {schema.TextAt("store")}"));
    }

    static IEnumerable<string> Volumes() => Services.SelectMany(s => s.Service.ListAt("volumes")).Select(v => v.ToString());

    [GeneratedRegex(@"(?:http://|"")([a-z]+):\d+")]
    private static partial Regex Address();
}
