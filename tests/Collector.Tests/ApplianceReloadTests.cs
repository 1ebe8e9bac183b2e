using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Collector.Configuration;
using Collector.Tests.Configuration;
using Collector.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Tests.Shared;

namespace Collector.Tests;

/// <summary>Reloads of a whole appliance; without a model, so that it starts in no time and every verdict is the sender's own level.</summary>
public sealed class ApplianceReloadTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly int _port = Ports.Free();
    readonly HttpClient _http = new();
    Appliance _appliance = null!;
    string _metrics = "";

    public async Task InitializeAsync()
    {
        _metrics = $"http://127.0.0.1:{Ports.Free()}";
        _appliance = new Appliance(Read(Output("a")), new Reloads(), NullLoggerFactory.Instance, TimeProvider.System);
        await _appliance.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _appliance.StopAsync();
        await _appliance.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ReloadAsync_NothingChanged_LeavesConnectionsOpen()
    {
        using TcpClient client = await ConnectAsync();
        await SendAsync(client, "<11>one");
        await UntilReceivedAsync(1);
        Assert.Empty(await ReloadAsync(Read("# a comment\n" + Output("a"))));
        await SendAsync(client, "<11>two");
        await UntilReceivedAsync(2);
        Assert.Equal(["one", "two"], Bodies("a"));
    }

    [Fact]
    public async Task ReloadAsync_AnotherOutputUnderLoad_LosesNothing()
    {
        const int Count = 20_000;
        using TcpClient client = await ConnectAsync();
        Task load = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i += 100)
            {
                await SendAsync(client, string.Join('\n', Enumerable.Range(i, 100).Select(n => $"<11>line {n}")));
            }
        });
        for (int i = 0; i < 10; i++)
        {
            Assert.Empty(await ReloadAsync(Read(Output(i % 2 == 0 ? "b" : "a"))));
        }

        await load;
        await UntilReceivedAsync(Count);
        await _appliance.StopAsync();
        Assert.Equal(Enumerable.Range(0, Count).Select(n => $"line {n}"), Bodies("a").Concat(Bodies("b")).OrderBy(b => int.Parse(b[5..], System.Globalization.CultureInfo.InvariantCulture)));
        // The counter goes on over all ten of them.
        Assert.Contains($"collector_output_delivered_log_records_total{{output=\"file\"}} {Count}\n", await MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReloadAsync_AnotherRule_CountsFromTheNextBatchOn()
    {
        using TcpClient client = await ConnectAsync();
        await SendAsync(client, "<11>disk is fine");
        await UntilReceivedAsync(1);
        Assert.Empty(await ReloadAsync(Read(Output("a") + "rules: [ { match: { regex: fine }, severity: debug } ]\n")));
        await SendAsync(client, "<11>disk is fine");
        await UntilReceivedAsync(2);
        Assert.Equal(["error", "debug"], Records("a").Select(r => r.GetProperty("verdict").GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task ReloadAsync_AMistake_ChangesNothingAndSaysSo()
    {
        IReadOnlyList<string> problems = await ReloadAsync(Read(Output("b") + "ruels: []\n"));

        Assert.Contains("unknown key; did you mean 'rules'?", problems[0], StringComparison.Ordinal);
        using TcpClient client = await ConnectAsync();
        await SendAsync(client, "<11>one");
        await UntilReceivedAsync(1);
        Assert.Equal(["one"], Bodies("a"));
        Assert.Contains("collector_config_last_reload_successful 0\n", await MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReloadAsync_AnOutputThatCannotStart_KeepsTheFormerOne()
    {
        string notAFolder = _folder.Write("file", "");
        IReadOnlyList<string> problems = await ReloadAsync(Read(Output("file/x")));

        Assert.Contains(notAFolder, Assert.Single(problems), StringComparison.Ordinal);
        using TcpClient client = await ConnectAsync();
        await SendAsync(client, "<11>one");
        await UntilReceivedAsync(1);
        Assert.Equal(["one"], Bodies("a"));
        // The same file again, with the cause gone: now it is taken.
        File.Delete(notAFolder);
        Directory.CreateDirectory(notAFolder);
        Assert.Empty(await ReloadAsync(Read(Output("file/x"))));
    }

    [Fact]
    public async Task ReloadAsync_APortThatIsTaken_KeepsTheFormerDoor()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        IReadOnlyList<string> problems = await ReloadAsync(Read(Output("a"), taken));

        Assert.Contains($"127.0.0.1:{taken}", Assert.Single(problems), StringComparison.Ordinal);
        using TcpClient client = await ConnectAsync();
        await SendAsync(client, "<11>one");
        await UntilReceivedAsync(1);
    }

    /// <summary>What went wrong, but for the model, which is never there.</summary>
    async Task<IReadOnlyList<string>> ReloadAsync(LoadedConfiguration next) =>
        [.. (await _appliance.ReloadAsync(next, default)).Where(problem => !problem.StartsWith("classifier: ", StringComparison.Ordinal))];

    static Task SendAsync(TcpClient client, string lines) => client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(lines + "\n")).AsTask();

    string Output(string name) => $"outputs: {{ file: {{ path: '{Path.Combine(_folder.Path, name)}' }} }}\n";

    LoadedConfiguration Read(string rest, int? port = null) => Configured.From($$"""
        receivers: { syslog: { udp: off, tcp: "127.0.0.1:{{port ?? _port}}" } }
        classifier: { model_folder: "{{_folder.Path}}/none" }
        http: { listen: "{{_metrics[7..]}}" }
        status: { listen: off }
        {{rest}}
        """);

    async Task<TcpClient> ConnectAsync()
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, _port);
        return client;
    }

    IEnumerable<JsonElement> Records(string name) => File.ReadLines(Path.Combine(_folder.Path, name)).Select(line => JsonDocument.Parse(line).RootElement);

    string[] Bodies(string name) => [.. Records(name).Select(r => r.GetProperty("body").GetString() ?? "")];

    Task<string> MetricsAsync() => _http.GetStringAsync(new Uri(_metrics + "/metrics"));

    /// <summary>Until so many records were taken in and none is under way.</summary>
    async Task UntilReceivedAsync(int records)
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            string page = await MetricsAsync();
            if (page.Contains($"collector_ledger_records_total{{state=\"delivered\"}} {records}\n", StringComparison.Ordinal))
            {
                return;
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
