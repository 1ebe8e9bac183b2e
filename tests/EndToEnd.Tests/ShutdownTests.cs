using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using Tests.Shared;

namespace EndToEnd.Tests;

public sealed class ShutdownTests
{
    [Fact]
    public async Task Sigterm_UnderLoad_WritesEveryRecordThatWasReadAndClosesTheLedger()
    {
        await using CollectorProcess collector = await CollectorProcess.StartAsync();
        using SyslogSender sender = await SyslogSender.ConnectTcpAsync(collector.TcpPort);
        Task<int> load = Task.Run(async () =>
        {
            int sent = 0;
            try
            {
                // Bounded: the collector is stopped long before.
                for (; sent < 20_000_000; sent += 1_000)
                {
                    await sender.SendAsync(SyslogSender.Lines(sent, 1_000));
                }
            }
            catch (SocketException)
            {
                // The door closed, as it should.
            }

            return sent;
        });
        await collector.WaitForReceivedAsync(50_000);

        Assert.Equal(0, await collector.Program.StopAsync(TimeSpan.FromSeconds(30)));
        await load.WaitAsync(Patience.Long);

        // The last message of the process gives the closed books.
        string ledger = collector.Program.Errors.Last(line => line.Contains("received", StringComparison.Ordinal));
        long[] books = [.. ledger.Split([' ', ',', '.', ':'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.All(char.IsAsciiDigit))
            .Select(word => long.Parse(word, CultureInfo.InvariantCulture)).TakeLast(4)];
        List<JsonElement> records = collector.Records();
        int written = records.Count;
        Assert.True(books[0] >= 50_000, ledger);
        Assert.Equal([written, written, 0, 0], books);

        // In order and without a gap: what was read is a prefix of what was sent. The last line may have been cut by the close.
        int[] numbers = [.. records.Where(r => !r.TryGetProperty("parse", out _))
            .Select(r => int.Parse(r.GetProperty("body").GetString()!.Split(' ')[1], CultureInfo.InvariantCulture)).Order()];
        Assert.Equal(Enumerable.Range(0, numbers.Length), numbers);
    }
}
