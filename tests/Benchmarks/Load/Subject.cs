using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Load;

/// <summary>A published binary that is measured: syslog over TCP and UDP on loopback, and what it says of itself.</summary>
sealed class Subject : IDisposable
{
    static readonly HttpClient Http = new();

    readonly string _folder = Directory.CreateTempSubdirectory("collector-measure-").FullName;
    readonly Uri _metrics;

    Subject(string binary, string rest)
    {
        (Port, int http) = FreePorts();
        _metrics = new Uri($"http://127.0.0.1:{http}/metrics");
        string configuration = Path.Combine(_folder, "collector.yaml");
        File.WriteAllText(configuration, $$"""
            receivers: { syslog: { udp: "127.0.0.1:{{Port}}", tcp: "127.0.0.1:{{Port}}", connections_max: 20000, connections_per_address_max: 20000 } }
            http: { listen: "127.0.0.1:{{http}}" }
            status: { listen: off }
            {{rest}}
            """);
        Process = Process.Start(new ProcessStartInfo(binary, ["run", "--config", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    public Process Process { get; }

    public int Port { get; }

    public static async Task<Subject> StartAsync(string binary, string rest)
    {
        Subject subject = new(binary, rest);
        while (await subject.Process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready", StringComparison.Ordinal))
            {
                _ = subject.Process.StandardError.ReadToEndAsync();
                return subject;
            }

            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException($"{binary} did not start");
    }

    public Socket Connect()
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, Port);
        return socket;
    }

    /// <summary>One sample of the metrics page, named with its labels; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string sample)
    {
        string page = await Http.GetStringAsync(_metrics);
        int at = page.IndexOf("\n" + sample + " ", StringComparison.Ordinal);
        return at < 0 ? 0 : double.Parse(page.AsSpan(at + sample.Length + 2, page.IndexOf('\n', at + 1) - at - sample.Length - 2), CultureInfo.InvariantCulture);
    }

    /// <summary>Until so many records were received, none is queued, and no text waits for the model.</summary>
    public async Task SettleAsync(double received)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        while (await MetricAsync("collector_ledger_records_total{state=\"received\"}") < received
            || await MetricAsync("collector_ledger_queued_records") > 0 || await MetricAsync("collector_classifier_pending_templates") > 0)
        {
            await timer.WaitForNextTickAsync();
        }
    }

    public Task<double> ReceivedAsync() => MetricAsync("collector_ledger_records_total{state=\"received\"}");

    /// <summary>User and system time, in seconds.</summary>
    public double Cpu()
    {
        Process.Refresh();
        return Process.TotalProcessorTime.TotalSeconds;
    }

    public long ResidentMb()
    {
        Process.Refresh();
        return Process.WorkingSet64 >> 20;
    }

    public void Dispose()
    {
        Process.Kill();
        Process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    static (int First, int Second) FreePorts()
    {
        using TcpListener first = new(IPAddress.Loopback, 0), second = new(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
