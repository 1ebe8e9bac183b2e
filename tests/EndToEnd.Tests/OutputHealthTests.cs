using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

public sealed class OutputHealthTests
{
    [Fact]
    public async Task Readyz_WithOutputsThatStallOrFail_NamesEachAndTheAgeOfItsOldestRecord()
    {
        // Takes connections and never says a word.
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        int port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using CollectorProcess collector = await CollectorProcess.StartAsync(outputs: $$"""
              refused: { type: syslog, address: "127.0.0.1:1" }
              unknown: { type: syslog, address: "no-such-host.invalid:514" }
              silent: { type: syslog, address: "127.0.0.1:{{port}}", transport: tls }
              kafka: { brokers: "127.0.0.1:1", topic: logs }
            """);
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        await sender.SendAsync(SyslogSender.Lines(0, 100));
        string[] bad = ["refused", "unknown", "silent", "kafka"];
        foreach (string output in bad)
        {
            await collector.WaitForMetricAsync($"collector_output_queue_oldest_age_seconds{{output=\"{output}\"}}", age => age > 11);
            Assert.Equal(100, await collector.MetricAsync($"collector_output_queue_records{{output=\"{output}\"}}"));
        }

        (int status, string body) = await collector.TryGetAsync("/readyz");
        Assert.Equal(503, status);
        Dictionary<string, JsonElement> components = JsonDocument.Parse(body).RootElement.GetProperty("components").EnumerateArray()
            .ToDictionary(c => c.GetProperty("component").GetString()!);
        foreach (string output in bad)
        {
            JsonElement component = components["output:" + output];
            Assert.Equal("failed", component.GetProperty("status").GetString());
            Assert.Matches("^(retrying for|no answer for) [0-9]+ s", component.GetProperty("message").GetString());
        }

        Assert.Equal("ok", components["output:file"].GetProperty("status").GetString());
        Assert.Equal(100, await collector.MetricAsync("collector_output_delivered_log_records_total{output=\"file\"}"));

        // An output that is down is no reason to restart the process.
        Assert.Equal(200, (await collector.TryGetAsync("/livez")).Status);
    }
}
