using System.Text.Json;
using System.Text.RegularExpressions;
using Packaging.Tests.Tools;
using Tests.Shared;
using YamlDotNet.RepresentationModel;

namespace Packaging.Tests.Senders;

public sealed partial class SenderTests
{
    /// <summary>journald to rsyslog to the packaged service, each with the files as they stand, on a machine with systemd.</summary>
    [MachineFact("dpkg-deb", "jq", "objdump", "rsyslogd")]
    public async Task RsyslogAndJournald_AsTheyStand_ReachThePackagedServiceEvenAfterItWasAway()
    {
        using TemporaryFolder folder = new();
        string package = await DebianPackage.BuildAsync(folder, "1.0.0");
        await ThrowawayMachine.RunAsync("rsyslog-and-journald.sh",
        [
            package, Repository.PathTo("packaging", "rsyslog", "60-collector.conf"), Repository.PathTo("packaging", "journald", "collector.conf"),
        ]);
    }

    /// <summary>The files for TLS and RELP as they stand, against a certificate of an authority of our own.</summary>
    [MachineFact("dpkg-deb", "jq", "objdump", "rsyslogd")]
    public async Task RsyslogTlsAndRelp_AsTheyStand_ReachTheRightServerOnlyAndEvenAfterItWasAway()
    {
        using TemporaryFolder folder = new();
        string package = await DebianPackage.BuildAsync(folder, "1.0.0");
        await ThrowawayMachine.RunAsync("rsyslog-tls-and-relp.sh",
        [
            package, Repository.PathTo("packaging", "rsyslog", "60-collector-tls.conf"), Repository.PathTo("packaging", "rsyslog", "60-collector-relp.conf"),
        ]);
    }

    [ToolTheory("rsyslogd")]
    [InlineData("60-collector.conf")]
    [InlineData("60-collector-tls.conf")]
    [InlineData("60-collector-relp.conf")]
    public async Task Rsyslog_Checked_IsValid(string file) => (await Tool.RunAsync("rsyslogd", "-N1", "-f", Repository.PathTo("packaging", "rsyslog", file))).Succeeded();

    [SyslogNgFact]
    public async Task SyslogNg_AsItStands_ReachesTheCollectorEvenAfterItWasAway() =>
        Assert.Equal("done\n", (await Tool.RunAsync("bash", Repository.PathTo("tests", "Packaging.Tests", "Senders", "syslog-ng.sh"), CollectorBinary.Path)).Succeeded());

    [Fact]
    public void OtelCollector_PipelinesUseWhatIsDefined()
    {
        YamlNode file = Yaml.Load(Repository.PathTo("packaging", "otel", "otelcol.yaml"));
        Assert.All(((YamlMappingNode)file.At("service", "pipelines")!).Children.Values, pipeline =>
        {
            Assert.All(["receivers", "exporters"], kind => Assert.All(pipeline.ListAt(kind), part => Assert.NotNull(file.At(kind, part.ToString()))));
        });
        Assert.All(file.ListAt("service", "extensions"), extension => Assert.NotNull(file.At("extensions", extension.ToString())));
        Assert.Equal("127.0.0.1:4317", file.TextAt("exporters", "otlp/collector", "endpoint"));
        // Only a queue that is kept on disk and a retry without an end lose nothing.
        Assert.Equal("file_storage", file.TextAt("exporters", "otlp/collector", "sending_queue", "storage"));
        Assert.Equal("0s", file.TextAt("exporters", "otlp/collector", "retry_on_failure", "max_elapsed_time"));
    }

    /// <summary>By the reference of each component: the OpenTelemetry Collector itself is not in Debian.</summary>
    [Theory]
    [InlineData("extensions file_storage", "directory create_directory timeout compaction fsync")]
    [InlineData("receivers otlp", "protocols")]
    [InlineData("receivers otlp protocols", "grpc http")]
    [InlineData("receivers otlp protocols grpc", "endpoint tls")]
    [InlineData("receivers filelog", "include exclude start_at storage operators multiline")]
    [InlineData("exporters otlp/collector", "endpoint tls compression headers timeout retry_on_failure sending_queue")]
    [InlineData("exporters otlp/collector tls", "insecure ca_file cert_file key_file")]
    [InlineData("exporters otlp/collector retry_on_failure", "enabled initial_interval randomization_factor multiplier max_interval max_elapsed_time")]
    [InlineData("exporters otlp/collector sending_queue", "enabled num_consumers queue_size sizer storage block_on_overflow wait_for_result batch")]
    [InlineData("service", "extensions pipelines telemetry")]
    [InlineData("service pipelines", "logs")]
    [InlineData("service pipelines logs", "receivers processors exporters")]
    public void OtelCollector_Keys_AreKnown(string path, string known)
    {
        YamlNode file = Yaml.Load(Repository.PathTo("packaging", "otel", "otelcol.yaml"));
        YamlMappingNode section = Assert.IsType<YamlMappingNode>(file.At(path.Split(' ')));
        Assert.All(section.Children.Keys, key => Assert.Contains(key.ToString(), known.Split(' ')));
    }

    [ToolFact("docker-compose")]
    public async Task Docker_LogOptions_AreTheSyslogDriversAndTheComposeFileIsClean()
    {
        JsonElement daemon = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.PathTo("packaging", "docker", "daemon.json"))).RootElement;
        Assert.Equal("syslog", daemon.GetProperty("log-driver").GetString());
        string[] known = ["syslog-address", "syslog-format", "syslog-facility", "tag", "mode", "max-buffer-size"];
        Assert.All(daemon.GetProperty("log-opts").EnumerateObject(), option => Assert.Contains(option.Name, known));
        (await Tool.RunAsync("docker-compose", "--file", Repository.PathTo("packaging", "docker", "compose.yml"), "config")).Succeeded();
    }

    [Fact]
    public void NetworkGear_AllNameThePortAndTheSameAddress()
    {
        string[] blocks = [.. CodeBlock().Matches(File.ReadAllText(Repository.PathTo("packaging", "network", "README.md"))).Select(m => m.Value)];
        Assert.Equal(6, blocks.Length);
        Assert.All(blocks, block =>
        {
            Assert.Contains("192.0.2.10", block, StringComparison.Ordinal);
            Assert.Contains("514", block, StringComparison.Ordinal);
        });
    }

    [GeneratedRegex("```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
