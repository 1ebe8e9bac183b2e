using System.Text.RegularExpressions;
using Collector.Configuration;
using Tests.Shared;

namespace Collector.Tests.Configuration;

public sealed partial class EffectiveConfigurationTests
{
    const string Written = """
        rules:
          - match: { regex: "a \"b\" $$ \\d\u0007", severity: critical }
            severity: info
          - match: { app: [x, "null", "a: b", "#"] }
            mute: true
        http: { listen: "127.0.0.1:${PORT}" }
        status: { listen: off }
        """;

    [Fact]
    public void Write_Settings_ShowsValuesDefaultsAndLimits()
    {
        SettingGroup settings = Configured.From(Written).Settings;
        // The other sections are the parts' own; the reference shows them.
        settings.Groups.RemoveAll(group => group.Key is not ("rules" or "http" or "status" or "log"));
        Snapshot.Verify(EffectiveConfiguration.Write(settings), "yaml");
    }

    [Fact]
    public void Write_ReadBack_MeansTheSame()
    {
        string text = EffectiveConfiguration.Write(Configured.From(Written.Replace("${PORT}", "1", StringComparison.Ordinal)).Settings);
        LoadedConfiguration again = Configured.From(text);
        Assert.True(again.IsGood, again.RenderMistakes());
        Assert.Equal(WithoutComments(text), WithoutComments(EffectiveConfiguration.Write(again.Settings)));
        Assert.Equal("a \"b\" $ \\d\u0007", again.Options.Rules[0].Regex!.ToString());
    }

    [Fact]
    public void Write_Secrets_AreNotShown()
    {
        string text = EffectiveConfiguration.Write(Configured.From("rules:\n  - { match: { app: [a, \"${TOKEN}\"] }, mute: true }\n").Settings);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.Contains("app: \"(hidden)\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("webhook", true)]
    [InlineData("basic_password", true)]
    [InlineData("password_file", false)]
    [InlineData("listen", false)]
    public void Match_Key_KnowsSecrets(string key, bool isSecret) => Assert.Equal(isSecret, SecretKeys.Match(key));

    static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(" +# .*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
