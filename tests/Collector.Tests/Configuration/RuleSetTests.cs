using System.Text;
using Classifier;
using Collector.Configuration;

namespace Collector.Tests.Configuration;

public sealed class RuleSetTests
{
    static ReadOnlySpan<byte> Data => "[origin@1 ip=\"10.0.0.1\"][id q=\"a\\\"b\"]"u8;

    [Theory]
    [InlineData("app: sshd", 0)]
    [InlineData("app: [cron, sshd]", 0)]
    [InlineData("app: SSHD", -1)]
    [InlineData("app: ssh", -1)]
    [InlineData("host: web1", 0)]
    [InlineData("host: web2", -1)]
    [InlineData("severity: critical", 0)]
    [InlineData("severity: [debug, info]", -1)]
    [InlineData("template: 00000000000000ff", 0)]
    [InlineData("template: 00000000000000fe", -1)]
    [InlineData("regex: 'für .*root'", 0)]
    [InlineData("regex: '^für'", -1)]
    [InlineData("structured_data: origin@1 ip=10.0.0.1", 0)]
    [InlineData("structured_data: [origin@1 ip=10.0.0.9, 'id q=a\"b']", 0)]
    [InlineData("structured_data: origin@1 ip=10.0.0", -1)]
    [InlineData("structured_data: origin ip=10.0.0.1", -1)]
    [InlineData("structured_data: origin@1 q=10.0.0.1", -1)]
    [InlineData("app: sshd, host: web2", -1)]
    [InlineData("app: sshd, host: web1, severity: critical, regex: root, template: 00000000000000ff", 0)]
    public void Apply_Conditions_MustAllHold(string match, int expected)
    {
        Verdict verdict = Critical();
        int rule = Rules($"- {{ match: {{ {match} }}, severity: info }}").Apply("sshd"u8, "web1"u8, "failed für user root"u8, Data, ref verdict, out bool mute);
        Assert.Equal(expected, rule);
        Assert.Equal(expected < 0 ? (Severity.Critical, VerdictSource.Model) : (Severity.Info, VerdictSource.Rule), (verdict.Severity, verdict.Source));
        Assert.False(mute);
    }

    [Fact]
    public void Apply_SeveralMatch_TheFirstCounts()
    {
        Verdict verdict = Critical();
        RuleSet rules = Rules("- { match: { app: other }, severity: debug }", "- { match: { app: sshd }, category: network }", "- { match: { app: sshd }, severity: info }");
        Assert.Equal(1, rules.Apply("sshd"u8, default, default, default, ref verdict, out _));
        Assert.Equal((Severity.Critical, Category.Network, VerdictSource.Rule), (verdict.Severity, verdict.Category, verdict.Source));
    }

    [Fact]
    public void Apply_Mute_LeavesTheVerdict()
    {
        Verdict verdict = Critical();
        Rules("- { match: { app: sshd }, mute: true }").Apply("sshd"u8, default, default, default, ref verdict, out bool mute);
        Assert.True(mute);
        Assert.Equal((Severity.Critical, VerdictSource.Model), (verdict.Severity, verdict.Source));
    }

    [Fact]
    public void Apply_BytesThatAreNotUtf8_DoNotThrow()
    {
        Verdict verdict = Critical();
        Assert.Equal(0, Rules("- { match: { regex: root }, severity: info }").Apply([0xFF], [0xFE], [0x80, 0xC3, .. "root"u8, 0xF0], default, ref verdict, out _));
    }

    [Fact]
    public void Apply_HostileText_TakesLinearTime()
    {
        Verdict verdict = Critical();
        byte[] body = Encoding.UTF8.GetBytes(new string('a', 100_000));
        Assert.Equal(-1, Rules("- { match: { regex: '(a+)+$b' }, severity: info }").Apply(default, default, body, default, ref verdict, out _));
    }

    [Theory]
    [InlineData("model", 9, Severity.Error, VerdictSource.Model)]
    [InlineData("declared", 9, Severity.Info, VerdictSource.Declared)]
    [InlineData("declared", 17, Severity.Error, VerdictSource.Model)]
    [InlineData("declared", 0, Severity.Error, VerdictSource.Model)]
    [InlineData("max", 9, Severity.Error, VerdictSource.Model)]
    [InlineData("max", 18, Severity.Critical, VerdictSource.Declared)]
    public void Apply_Policy_PicksTheSeverity(string policy, byte declared, Severity severity, VerdictSource source)
    {
        Verdict verdict = new() { Severity = Severity.Error };
        ((SeverityPolicy)SeverityPolicyNames.Names.ToList().IndexOf(policy)).Apply(declared, ref verdict);
        Assert.Equal((severity, source), (verdict.Severity, verdict.Source));
    }

    static Verdict Critical() => new() { Severity = Severity.Critical, Category = Category.Security, TemplateId = 0xFF };

    static RuleSet Rules(params string[] rules)
    {
        LoadedConfiguration configuration = Configured.From("rules:\n" + string.Concat(rules.Select(rule => $"  {rule}\n")));
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        return new RuleSet(configuration.Options.Rules);
    }
}
