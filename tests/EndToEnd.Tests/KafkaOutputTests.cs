using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>The published binary with librdkafka inside, which brings its own brokers for tests.</summary>
public sealed class KafkaOutputTests
{
    const int Records = 10_000;
    const string Delivered = "collector_output_delivered_log_records_total{output=\"kafka\"}";

    [Theory]
    [InlineData("zstd")]
    [InlineData("none")]
    public async Task Output_ToKafka_EveryRecordIsConfirmed(string compression)
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync(
            outputs: $"  kafka: {{ brokers: \"127.0.0.1:1\", topic: logs, compression: {compression}, properties: {{ test.mock.num.brokers: 3 }} }}");
        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync(SyslogSender.Lines(0, Records));
            await collector.WaitForMetricAsync(Delivered, value => value >= Records);
        }

        Assert.Equal(Records, await collector.MetricAsync(Delivered));
        Assert.Equal(0, await collector.MetricAsync("collector_output_failed_log_records_total{output=\"kafka\"}"));
        Assert.Equal(0, await collector.Program.StopAsync());
        Assert.DoesNotContain(collector.Program.Errors, line => line.Contains("rror", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithAPropertyThatIsNone_SaysWhich()
    {
        using TemporaryFolder folder = new();
        string configuration = folder.Write("collector.yaml", """
            receivers: { syslog: { udp: off, tcp: "127.0.0.1:0" } }
            http: { listen: off }
            outputs:
              kafka: { brokers: "127.0.0.1:1", topic: logs, properties: { lingre.ms: 5 } }
            """);
        (int code, _, string errors) = await CollectorProcess.RunAsync(folder.Path, "run", "--config", configuration);
        Assert.NotEqual(0, code);
        Assert.True(errors.Contains("outputs.kafka: librdkafka does not take these settings (properties: lingre.ms): ", StringComparison.Ordinal), errors);
    }
}
