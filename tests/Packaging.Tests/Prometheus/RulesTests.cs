using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Prometheus;

public sealed class RulesTests
{
    static readonly string Folder = Repository.PathTo("packaging", "prometheus");
    static readonly string[] RuleFiles = Directory.GetFiles(Path.Combine(Folder, "rules"), "*.yml");
    static readonly string[] TestFiles = Directory.GetFiles(Path.Combine(Folder, "tests"), "*.yml");

    [ToolFact("promtool")]
    public async Task Rules_Checked_AreValid() => (await Tool.RunAsync("promtool", ["check", "rules", "--lint=all", "--lint-fatal", .. RuleFiles])).Succeeded();

    [ToolFact("promtool")]
    public async Task Rules_WithTheirTestFiles_FireAndStayQuiet() => (await Tool.RunAsync("promtool", ["test", "rules", .. TestFiles])).Succeeded();

    [ToolFact("promtool")]
    public async Task Config_Checked_IsValid() =>
        (await Tool.RunAsync("promtool", "check", "config", "--lint=all", "--lint-fatal", Path.Combine(Folder, "prometheus.yml"))).Succeeded();

    [Fact]
    public void Alerts_Each_HaveACaseThatFiresAndOneThatIsQuiet()
    {
        List<(string Alert, bool Fires)> cases =
        [
            .. from file in TestFiles
               from test in Yaml.Load(file).ListAt("tests")
               from expected in test.ListAt("alert_rule_test")
               select (expected.TextAt("alertname")!, expected.ListAt("exp_alerts").Any()),
        ];
        Assert.All(Alerts().Select(a => a.TextAt("alert")!), alert =>
        {
            Assert.Contains((alert, true), cases);
            Assert.Contains((alert, false), cases);
        });
    }

    [Fact]
    public void CriticalRule_IsWordForWordTheOneInTheManual()
    {
        YamlNode rule = Alerts().First();
        Assert.Equal("log_severity{level=\"CRITICAL\"} > 0", rule.TextAt("expr"));
        Assert.Equal("1m", rule.TextAt("for"));
        Assert.Equal("{ { severity, critical } }", rule.At("labels")!.ToString());
        Assert.Equal(
            "{ { summary, Critical log detected }, { description, Critical log detected in the application } }", rule.At("annotations")!.ToString());
    }

    [Fact]
    public void Runbooks_OfEveryAlert_AreHeadingsOfTheOperationsPage()
    {
        string[] anchors =
        [
            .. File.ReadLines(Repository.PathTo("docs", "operations.md")).Where(line => line.StartsWith('#'))
                .Select(line => "docs/operations.md#" + line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-')),
        ];
        Assert.All(Alerts().Select(a => a.TextAt("annotations", "runbook")).OfType<string>(), runbook => Assert.Contains(runbook, anchors));
    }

    static IEnumerable<YamlNode> Alerts() =>
        from file in RuleFiles
        from groups in Yaml.Load(file).ListAt("groups")
        from rule in groups.ListAt("rules")
        where rule.At("alert") is not null
        select rule;
}
