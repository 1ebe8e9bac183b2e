using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

/// <summary>Debian's Prometheus scrapes the binary; the alert of the README works word for word.</summary>
public sealed class PrometheusTests
{
    static readonly HttpClient Http = new() { Timeout = Patience.Long };

    [Fact]
    public async Task CriticalRecords_ComeAndStop_TheAlertFiresAndResolves()
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        using TemporaryFolder folder = new();
        folder.Write("rules.yml", """
            groups:
              - name: collector
                rules:
                  - alert: CriticalLogs
                    expr: log_severity{level="CRITICAL"} > 0
                    for: 3s
                    labels: { severity: "critical" }
                    annotations: { summary: "Critical log detected", description: "Critical log detected in the application" }
            """);
        folder.Write("prometheus.yml", $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [rules.yml]
            scrape_configs:
              - job_name: collector
                static_configs: [{ targets: ["127.0.0.1:{{collector.HttpPort}}"] }]
            """);
        int port = Ports.Free();
        await using RunningProgram prometheus = new(
            "prometheus",
            ["--config.file=prometheus.yml", "--storage.tsdb.path=data", $"--web.listen-address=127.0.0.1:{port}"],
            folder.Path);
        await WaitForAsync(port, "up");
        Assert.Equal("inactive", await StateAsync(port));

        using (SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort))
        {
            await sender.SendAsync("<13>1 2026-11-25T10:00:00Z web1 user-api - - - SQL injection attempt detected in API.\n");
        }

        await WaitForStateAsync(port, "firing");
        // The state before lasts three seconds: who looks only now and then may miss it, Prometheus does not.
        await WaitForAsync(port, "max_over_time(ALERTS{alertstate=\"pending\"}[10m])");
        // A minute after the last critical record, plus a scrape and an evaluation.
        await WaitForStateAsync(port, "inactive");
    }

    [Fact]
    public async Task MetricsPage_CheckedByPromtool_IsClean()
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        await sender.SendAsync("<13>no header\n" + SyslogSender.Lines(0, 10));
        await collector.WaitForReceivedAsync(11);
        string page = await collector.GetAsync("/metrics");

        ProcessStartInfo start = new("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process promtool = Process.Start(start)!;
        await promtool.StandardInput.WriteAsync(page);
        promtool.StandardInput.Close();
        string findings = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();

        Assert.Equal("", findings);
        Assert.Equal(0, promtool.ExitCode);
    }

    static async Task WaitForAsync(int port, string query) =>
        await PollAsync(query, async () =>
        {
            JsonElement answer = await QueryAsync(port, "/api/v1/query?query=" + Uri.EscapeDataString(query));
            return answer.GetProperty("data").GetProperty("result").EnumerateArray()
                .Any(result => result.GetProperty("value")[1].GetString() == "1");
        });

    static async Task WaitForStateAsync(int port, string state) =>
        await PollAsync(state, async () => await StateAsync(port) == state);

    static async Task<string> StateAsync(int port)
    {
        JsonElement answer = await QueryAsync(port, "/api/v1/rules");
        return answer.GetProperty("data").GetProperty("groups")[0].GetProperty("rules")[0].GetProperty("state").GetString()!;
    }

    static async Task PollAsync(string what, Func<Task<bool>> isReached)
    {
        // What takes longest takes a minute by itself.
        using CancellationTokenSource deadline = new(2 * Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                if (await isReached())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Prometheus is still starting.
            }

            try
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(what + ": not reached");
            }
        }
    }

    static async Task<JsonElement> QueryAsync(int port, string path) =>
        JsonDocument.Parse(await Http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}"))).RootElement;
}
