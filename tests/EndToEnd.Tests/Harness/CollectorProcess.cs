using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tests.Shared;

namespace EndToEnd.Tests.Harness;

/// <summary>The published binary, alone in an empty folder, as a user would run it.</summary>
sealed partial class CollectorProcess : IAsyncDisposable
{
    static readonly HttpClient Http = new() { Timeout = Patience.Long };

    readonly TemporaryFolder _folder;
    readonly bool _ownsFolder;

    CollectorProcess(TemporaryFolder folder, bool ownsFolder, RunningProgram program)
    {
        _folder = folder;
        _ownsFolder = ownsFolder;
        Program = program;
    }

    /// <summary>What <c>test.sh</c> published, or what COLLECTOR_BINARY names.</summary>
    public static string Binary { get; } =
        Environment.GetEnvironmentVariable("COLLECTOR_BINARY") ?? Repository.PathTo("artifacts", "collector");

    public RunningProgram Program { get; }

    public int UdpPort { get; private set; }

    public int TcpPort { get; private set; }

    public int HttpPort { get; private set; }

    public int StatusPort { get; private set; }

    public int GrpcPort { get; private set; }

    public int OtlpHttpPort { get; private set; }

    /// <summary>Starts with ports of its own, a file output for all records, and waits until it listens.</summary>
    /// <param name="extra">Further YAML, top-level keys.</param>
    /// <param name="outputs">More outputs, indented by two spaces.</param>
    /// <param name="receivers">More receivers, indented by two spaces.</param>
    /// <param name="folder">An empty folder to run in; one of its own when null.</param>
    /// <param name="syslog">More keys of the syslog receiver, in flow style.</param>
    /// <param name="environment">Added to the process's environment.</param>
    public static async Task<CollectorProcess> StartAsync(
        string extra = "", string outputs = "", string receivers = "", TemporaryFolder? folder = null, string syslog = "",
        IReadOnlyDictionary<string, string>? environment = null)
    {
        TemporaryFolder home = folder ?? new TemporaryFolder();
        string configuration = home.Write("collector.yaml", $$"""
            receivers:
              syslog: { udp: "127.0.0.1:0", tcp: "127.0.0.1:0", {{syslog}} }
            {{receivers}}
            http: { listen: "127.0.0.1:0" }
            status: { listen: "127.0.0.1:0" }
            outputs:
              stdout: {}
              file: { path: "{{home.File("records.jsonl")}}" }
            {{outputs}}
            {{extra}}
            """);
        RunningProgram program = new(Binary, ["run", "--config", configuration], home.Path, environment);
        CollectorProcess collector = new(home, folder is null, program);
        try
        {
            await program.WaitForLineAsync(line => line.Contains("Ready", StringComparison.Ordinal));
            collector.UdpPort = collector.PortOf("syslog udp");
            collector.TcpPort = collector.PortOf("syslog tcp");
            collector.HttpPort = collector.PortOf("http");
            collector.StatusPort = collector.PortOf("status");
            collector.GrpcPort = receivers.Contains("otlp", StringComparison.Ordinal) ? collector.PortOf("otlp grpc") : 0;
            collector.OtlpHttpPort = collector.GrpcPort > 0 ? collector.PortOf("otlp http") : 0;
            return collector;
        }
        catch
        {
            await collector.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        await using RunningProgram program = new(Binary, arguments, folder);
        int code = await program.ExitAsync();
        return (code, string.Join('\n', program.Output), string.Join('\n', program.Errors));
    }

    public Task<string> GetAsync(string path) => Http.GetStringAsync(new Uri($"http://127.0.0.1:{HttpPort}{path}"));

    public async Task<(int Status, string Body)> TryGetAsync(string path)
    {
        using HttpResponseMessage answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}{path}"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Asks the API to reload.</summary>
    public async Task<(int Status, string Body)> ReloadAsync()
    {
        using HttpResponseMessage answer = await Http.PostAsync(new Uri($"http://127.0.0.1:{StatusPort}/-/reload"), null);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The value of one sample of the metrics page, named with its labels as the page writes them; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string sample)
    {
        string page = await GetAsync("/metrics");
        string? line = page.Split('\n').FirstOrDefault(l => l.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until a sample has reached a value.</summary>
    public async Task WaitForMetricAsync(string sample, Func<double, bool> isReached, TimeSpan? within = null)
    {
        using CancellationTokenSource deadline = new(within ?? Patience.Long);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(50));
        double value = double.NaN;
        try
        {
            while (!isReached(value = await MetricAsync(sample)))
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{sample} stayed at {value}. Printed:\n{Program.Everything()}");
        }
    }

    public Task WaitForReceivedAsync(long records) =>
        WaitForMetricAsync("collector_ledger_records_total{state=\"received\"}", value => value >= records);

    /// <summary>The ledger's columns: received, delivered, dropped, queued.</summary>
    public async Task<(long Received, long Delivered, long Dropped, long Queued)> LedgerAsync() => (
        (long)await MetricAsync("collector_ledger_records_total{state=\"received\"}"),
        (long)await MetricAsync("collector_ledger_records_total{state=\"delivered\"}"),
        (long)await MetricAsync("collector_ledger_records_total{state=\"dropped\"}"),
        (long)await MetricAsync("collector_ledger_queued_records"));

    /// <summary>The records in the file output and what it has rotated away; stop first, or they may not be there yet.</summary>
    public List<JsonElement> Records() =>
        [.. Directory.EnumerateFiles(_folder.Path, "records*").SelectMany(ReadLines).Select(line => JsonDocument.Parse(line).RootElement)];

    static IEnumerable<string> ReadLines(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(content);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }

    /// <summary>The port of a listener, named as in the log: <c>syslog tls</c>.</summary>
    public int PortOf(string listener)
    {
        foreach (string line in Program.Errors)
        {
            Match match = ListeningLine().Match(line);
            if (match.Success && match.Groups[1].Value == listener)
            {
                return int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"No listener {listener}. Printed:\n{Program.Everything()}");
    }

    [GeneratedRegex(@"Listening: (\S+(?: \S+)?) \S*:(\d+)")]
    private static partial Regex ListeningLine();
}
