using System.Diagnostics;
using System.Text.Json;
using Classifier;
using Collector.Alerts;
using Collector.Configuration;
using Collector.Outputs;
using Collector.Pipeline;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Collector.Tests.Alerts.Alertmanager;

/// <summary>The real Alertmanager takes, groups and resolves what is sent. Returns early where it is not installed.</summary>
/// <remarks>Alone: a process that is being made has for a moment the locks of the tests that run beside.</remarks>
[Collection(Alone.Name)]
public sealed class AlertmanagerTests
{
    const string Program = "/usr/bin/prometheus-alertmanager";

    [Fact]
    public async Task Send_ToTheRealAlertmanager_IsActiveAndThenResolved()
    {
        if (!File.Exists(Program))
        {
            return;
        }

        using TemporaryFolder folder = new();
        using CancellationTokenSource deadline = new(2 * Patience.Long);
        int port = Ports.Free();
        using Process process = Start(folder, port);
        try
        {
            string address = $"http://127.0.0.1:{port}";
            using HttpClient client = new();
            await UntilAsync(async () => (await client.GetAsync($"{address}/-/ready", deadline.Token)).IsSuccessStatusCode, deadline.Token);
            await using AlertOutput output = await StartAsync($"url: '{address}', quiet_after: 10s, group_wait: 1s");
            Assert.Equal(SendKind.Delivered, (await output.TestAsync(deadline.Token)).Kind);
            ClassifiedBatch batch = Batch();
            await output.SendAsync(batch, Identity.Upto(batch.Count).AsMemory(0, batch.Count), default);
            List<JsonElement> active = [];
            await UntilAsync(async () => (active = await ActiveAsync(client, address, deadline.Token)).Count == 2, deadline.Token);

            JsonElement labels = active.Single(a => a.GetProperty("labels").GetProperty("host").GetString() == "web1").GetProperty("labels");
            Assert.Equal(
                "alertname=CollectorLogRecord app=<api> category=security host=web1 severity=critical template=0000000000000001",
                string.Join(' ', labels.EnumerateObject().Select(l => $"{l.Name}={l.Value.GetString()}")));
            await UntilAsync(async () => (await ActiveAsync(client, address, deadline.Token)).Count == 0, deadline.Token);
            // Two alerts as they came, and their end.
            Assert.Equal(0, output.Statistics.Failed);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    static ClassifiedBatch Batch()
    {
        Verdict verdict = new() { Severity = Severity.Critical, Category = Category.Security, TemplateId = 1, Confidence = 0.9f };
        return new BatchBuilder()
            .Add("SQL injection attempt detected in API.", "web1", "<api>", verdict: verdict)
            .Add("SQL injection attempt detected in API.", "web2", verdict: verdict)
            .Add("SQL injection attempt detected in API.", "web2", verdict: verdict)
            .Build(new ClassifiedBatchPool(new Ledger()));
    }

    static async Task<AlertOutput> StartAsync(string settings)
    {
        LoadedConfiguration configuration = Configured.From($"outputs: {{ alertmanager: {{ {settings} }} }}\n");
        Assert.True(configuration.IsGood, configuration.RenderMistakes());
        OutputSetup setup = configuration.Options.Outputs[0];
        AlertOutput output = (AlertOutput)setup.Kind.Create(setup.Name, setup.Options, new OutputContext(TimeProvider.System, NullLoggerFactory.Instance));
        await output.StartAsync(default);
        return output;
    }

    static Process Start(TemporaryFolder folder, int port)
    {
        string file = folder.Write("alertmanager.yml", "route: { receiver: none, group_by: [alertname] }\nreceivers: [ { name: none } ]\n");
        ProcessStartInfo start = new(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[]
        {
            $"--config.file={file}", $"--storage.path={folder["data"]}", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error",
        })
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    static async Task<List<JsonElement>> ActiveAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        string json = await client.GetStringAsync($"{address}/api/v2/alerts?active=true&filter=alertname%3DCollectorLogRecord", cancellationToken);
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(e => e.Clone())];
    }

    static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
