using System.Net;
using Classifier;
using Collector.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging;

namespace Collector.Tests.Configuration;

public sealed class ConfigurationLoaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("{}")]
    [InlineData("receivers:\nrules:\nhttp:\n")]
    public void Parse_NothingWritten_IsTheDefaults(string yaml)
    {
        LoadedConfiguration configuration = Configured.From(yaml);
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        Assert.Equal(["syslog", "otlp"], configuration.Options.Receivers.Select(r => r.Name));
        Assert.Equal(new IPEndPoint(IPAddress.Any, 8000), configuration.Options.Http.Listen);
        Assert.Equal(TimeSpan.FromSeconds(10), configuration.Options.ShutdownGrace);
    }

    [Fact]
    public void Load_NoFileNamed_SaysWhatIsInForce()
    {
        LoadedConfiguration configuration = ConfigurationLoader.Load(null);
        Assert.Contains(ConfigurationLoader.DefaultFile, configuration.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EverySetting_IsRead()
    {
        LoadedConfiguration configuration = Configured.From("""
            classifier: { policy: max }
            rules:
              - match: { app: [backup, restore], regex: "^done", template: 9f1c53aa0b1d4e22, host: db1, severity: [error, critical] }
                severity: info
                category: storage
                mute: yes
            pipeline: { workers: 3, intake_bytes_max: 8MiB, parked_bytes_max: 1048576, wait_max: 250ms }
            http: { listen: off }
            status: { listen: "[::1]:9" }
            log: { level: debug }
            shutdown_grace: 1m
            """);
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        CollectorOptions options = configuration.Options;
        Assert.Equal(SeverityPolicy.Max, options.Classifier.Policy);
        Assert.Equal(new PipelineOptions(3, 8 << 20, 1 << 20, TimeSpan.FromMilliseconds(250)), options.Pipeline);
        Assert.Null(options.Http.Listen);
        Assert.Equal(IPEndPoint.Parse("[::1]:9"), options.Status.Listen);
        Assert.Equal(LogLevel.Debug, options.LogLevel);
        Assert.Equal(TimeSpan.FromMinutes(1), options.ShutdownGrace);
        RuleOptions rule = Assert.Single(options.Rules);
        Assert.Equal(["backup", "restore"], rule.Apps);
        Assert.Equal(["db1"], rule.Hosts);
        Assert.Equal([Severity.Error, Severity.Critical], rule.Severities);
        Assert.Equal(0x9f1c53aa0b1d4e22, rule.Template);
        Assert.Matches(rule.Regex!, "done");
        Assert.Equal((Severity.Info, Category.Storage, true), (rule.Severity, rule.Category, rule.Mute));
    }

    [Fact]
    public void Parse_Aliases_MeanTheSameTwice()
    {
        LoadedConfiguration configuration = Configured.From("rules:\n  - &quiet { match: { app: a }, mute: true }\n  - *quiet\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        Assert.Equal(2, configuration.Options.Rules.Count);
    }

    [Fact]
    public void Parse_Substitution_PutsTheValueIn()
    {
        LoadedConfiguration configuration = Configured.From("http: { listen: \"127.0.0.1:${PORT}\" }\nrules:\n  - { match: { app: 'a$$b$' }, mute: true }\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        Assert.Equal(5599, configuration.Options.Http.Listen!.Port);
        Assert.Equal(["a$b$"], configuration.Options.Rules[0].Apps);
    }

    [Fact]
    public void Load_FileSubstitution_StartsAtTheFolderOfTheConfiguration()
    {
        using var folder = new TemporaryFolder();
        folder.Write("port", "127.0.0.1:77\r\n\n");
        string file = folder.Write("collector.yaml", $"http: {{ listen: '${{file:port}}' }}\nstatus: {{ listen: '${{file:{folder["port"]}}}' }}\n");
        LoadedConfiguration configuration = ConfigurationLoader.Load(file);
        Assert.Contains("is taken by http.listen", configuration.RenderMistakes(), StringComparison.Ordinal);
        Assert.Equal(77, configuration.Options!.Http.Listen!.Port);
    }

    [Fact]
    public void Parse_SubstitutedYaml_StaysText()
    {
        // "$" and YAML inside a variable are not read again.
        LoadedConfiguration configuration = ConfigurationLoader.Parse(
            "rules:\n  - { match: { app: \"${X}\" }, mute: true }\n"u8, "f", _ => "${Y}\n- a: {b: c}");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        Assert.Equal(["${Y}\n- a: {b: c}"], configuration.Options.Rules[0].Apps);
    }

    [Fact]
    public void Load_EnvironmentOfKubernetes_ConfiguresNothing()
    {
        string[] names = ["COLLECTOR_PORT", "ASPNETCORE_URLS", "HTTP_PORTS", "COLLECTOR_HTTP_LISTEN", "COLLECTOR__HTTP__LISTEN"];
        try
        {
            Array.ForEach(names, name => Environment.SetEnvironmentVariable(name, "tcp://10.0.0.1:99"));
            Assert.Equal(8000, ConfigurationLoader.Load(null).Options!.Http.Listen!.Port);
        }
        finally
        {
            Array.ForEach(names, name => Environment.SetEnvironmentVariable(name, null));
        }
    }
}
