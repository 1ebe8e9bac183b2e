using System.Globalization;
using EndToEnd.Tests.Harness;

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
}
