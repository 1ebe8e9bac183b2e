using System.Globalization;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests;

/// <summary>What comes over a connection leaves in the order in which it came, though several threads classify and new texts wait for the model.</summary>
public sealed class OrderTests
{
    const int Connections = 8;
    const int Lines = 8_000;
    const int LinesANewText = 16;

    [Fact]
    public async Task File_EightConnectionsAtFullSpeedWithNewTexts_EachIsInOrder()
    {
        int seed = Random.Shared.Next();
        await using CollectorProcess collector = await CollectorProcess.StartAsync(extra: "pipeline: { workers: 4, wait_max: 1s }");
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            string text = Text(connection, new Random(seed + connection));
            using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
            await sender.SendAsync(text);
        }));
        await collector.WaitForReceivedAsync(Connections * Lines);
        Assert.Equal(0, await collector.Program.StopAsync());

        Dictionary<string, int> next = [];
        int byModel = 0;
        foreach (JsonElement record in collector.Records())
        {
            string app = record.GetProperty("app").GetString()!;
            int number = int.Parse(record.GetProperty("procid").GetString()!, CultureInfo.InvariantCulture);
            Assert.True(number == next.GetValueOrDefault(app), $"{app}: {number} where {next.GetValueOrDefault(app)} was due, seed {seed}");
            next[app] = number + 1;
            byModel += record.GetProperty("verdict").GetProperty("source").GetString() == "model" ? 1 : 0;
        }

        Assert.Equal(Connections, next.Count);
        Assert.All(next.Values, count => Assert.Equal(Lines, count));
        Assert.True(byModel > Lines, $"{byModel} verdicts of the model: nothing waited for it");
    }

    static string Text(int connection, Random random)
    {
        StringBuilder text = new();
        for (int i = 0; i < Lines; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<134>1 2026-11-25T10:00:00Z web1 app{connection} {i} ID47 - request took 12 ms");
            if (random.Next(LinesANewText) == 0)
            {
                text.Append(' ').Append(random.GetItems("abcdefghijklmnopqrstuvwxyz ".AsSpan(), 30));
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
