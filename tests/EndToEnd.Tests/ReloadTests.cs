using System.Globalization;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

public sealed class ReloadTests
{
    [Fact]
    public async Task Reload_UnderLoad_TakesTheDifferenceAndLosesNothing()
    {
        const int Count = 200_000;
        using TemporaryFolder folder = new();
        await using CollectorProcess collector = await CollectorProcess.StartAsync(folder: folder);
        string file = folder.File("collector.yaml");
        string good = await File.ReadAllTextAsync(file);
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        Task load = Task.Run(async () =>
        {
            for (int sent = 0; sent < Count; sent += 1_000)
            {
                await sender.SendAsync(SyslogSender.Lines(sent, 1_000));
            }
        });

        // A broken file, by signal: everything stays, and the mistake is named.
        await File.WriteAllTextAsync(file, good + "\nruels: []\n");
        collector.Program.Signal(1);
        await collector.Program.WaitForLineAsync(line => line.Contains("unknown key; did you mean 'rules'?", StringComparison.Ordinal));
        Assert.Equal(0, await collector.MetricAsync("collector_config_last_reload_successful"));
        (int status, string body) = await collector.ReloadAsync();
        Assert.Equal(400, status);
        Assert.Contains("ruels", body, StringComparison.Ordinal);

        // Other outputs, by the API, with the load going on.
        for (int i = 0; i < 5; i++)
        {
            await File.WriteAllTextAsync(file, good.Replace("records.jsonl", $"records-{i}.jsonl", StringComparison.Ordinal));
            Assert.Equal((200, "Reloaded.\n"), await collector.ReloadAsync());
        }

        Assert.Equal(1, await collector.MetricAsync("collector_config_last_reload_successful"));
        await load;
        await collector.WaitForReceivedAsync(Count);
        await collector.WaitForMetricAsync("collector_ledger_queued_records", value => value == 0);
        Assert.Equal((Count, Count, 0, 0), await collector.LedgerAsync());
        Assert.Equal(Count, await collector.MetricAsync("collector_output_delivered_log_records_total{output=\"file\"}"));
        Assert.Equal(0, await collector.Program.StopAsync());
        int[] numbers = [.. collector.Records().Select(r => int.Parse(r.GetProperty("body").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture)).Order()];
        Assert.Equal(Enumerable.Range(0, Count), numbers);
    }

    /// <summary>Another model takes over while records come in, a broken one does not, and nothing is lost either way.</summary>
    [Fact]
    public async Task Reload_OfTheModelUnderLoad_SwapsItAndLosesNothing()
    {
        // Two thousand lines a second for as long as the reloads take: some seconds, and five minutes at most.
        const int CountMax = 600_000;
        TimeSpan patience = TimeSpan.FromMinutes(3);
        using TemporaryFolder folder = new();
        await using CollectorProcess collector = await CollectorProcess.StartAsync(folder: folder);
        string file = folder.File("collector.yaml");
        string good = await File.ReadAllTextAsync(file);
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        using CancellationTokenSource enough = new();
        int sent = 0;
        Task load = Task.Run(async () =>
        {
            using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(50));
            for (; sent < CountMax && !enough.IsCancellationRequested; sent += 100)
            {
                await sender.SendAsync(SyslogSender.Lines(sent, 100));
                await pace.WaitForNextTickAsync();
            }
        });

        await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"delivered\"}", value => value > 0, patience);
        await TakeModelAsync(WriteModel(folder, "other-1"));
        await collector.Program.WaitForLineAsync(line => line.Contains("Model other-1 (", StringComparison.Ordinal), patience);
        await UntilReloadsAsync(1);

        // The new one had to read the template of the load anew: the answers of the old one are gone.
        await collector.WaitForMetricAsync("collector_classifier_inference_duration_seconds_count", value => value >= 2, patience);

        string broken = WriteModel(folder, "broken");
        await File.WriteAllBytesAsync(Path.Combine(broken, "severity.onnx"), new byte[1_000]);
        await TakeModelAsync(broken);
        string refusal = await collector.Program.WaitForLineAsync(line => line.Contains("the model in charge stays", StringComparison.Ordinal), patience);
        Assert.Contains(broken, refusal, StringComparison.Ordinal);
        // Said first, counted then.
        await collector.WaitForMetricAsync("collector_config_last_reload_successful", value => value == 0, patience);

        await TakeModelAsync(WriteModel(folder, "other-2"));
        await UntilReloadsAsync(2);
        await enough.CancelAsync();
        await load;
        await sender.SendAsync(SyslogSender.Lines(sent, 100));
        sent += 100;
        await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"received\"}", value => value >= sent, patience);
        await collector.WaitForMetricAsync("collector_ledger_records_total{state=\"delivered\"}", value => value >= sent, patience);
        await collector.WaitForMetricAsync("collector_ledger_queued_records", value => value == 0, patience);
        Assert.Equal((sent, sent, 0, 0), await collector.LedgerAsync());
        Assert.Equal(0, await collector.Program.StopAsync(patience));
        List<System.Text.Json.JsonElement> records = collector.Records();
        Assert.Equal(
            Enumerable.Range(0, sent),
            records.Select(r => int.Parse(r.GetProperty("body").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture)).Order());
        // What waits for the model at the moment of a change goes on with the sender's own level.
        ILookup<string, System.Text.Json.JsonElement> bySource = records.Select(r => r.GetProperty("verdict")).ToLookup(v => v.GetProperty("source").GetString()!);
        Assert.Equal(["other-1", "other-2", "severity-1"], bySource["model"].Select(v => v.GetProperty("model").GetString()).Distinct().Order(StringComparer.Ordinal));
        Assert.InRange(bySource["fallback"].Count(), 0, sent / 2);
        Assert.Equal(sent, bySource["model"].Count() + bySource["fallback"].Count());

        async Task TakeModelAsync(string model)
        {
            await File.WriteAllTextAsync(file, good + $"\nclassifier: {{ model_folder: \"{model}\" }}\n");
            collector.Program.Signal(1);
        }

        async Task UntilReloadsAsync(int count)
        {
            using CancellationTokenSource deadline = new(patience);
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
            while (collector.Program.Errors.Count(line => line.Contains("Configuration reloaded", StringComparison.Ordinal)) < count)
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
    }

    /// <summary>The shipped model under another name, which makes it another model.</summary>
    static string WriteModel(TemporaryFolder folder, string name)
    {
        string model = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        foreach (string file in (string[])["severity.onnx", "vocab.txt"])
        {
            File.Copy(Repository.PathTo("models", file), Path.Combine(model, file));
        }

        string card = File.ReadAllText(Repository.PathTo("models", "model.json"));
        File.WriteAllText(Path.Combine(model, "model.json"), card.Replace("severity-1", name, StringComparison.Ordinal));
        return model;
    }
}
