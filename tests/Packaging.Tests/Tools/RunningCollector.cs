using System.Net.Sockets;
using System.Text;
using Tests.Shared;

namespace Packaging.Tests.Tools;

/// <summary>The published binary, ready, on ports of its own.</summary>
sealed class RunningCollector : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly BackgroundProcess _process;
    readonly HttpClient _client = new();

    RunningCollector()
    {
        string configuration = _folder.Write("collector.yaml", $$"""
            receivers:
              syslog: { udp: "127.0.0.1:{{SyslogPort}}", tcp: "127.0.0.1:{{SyslogPort}}" }
              otlp: { grpc: "127.0.0.1:{{OtlpGrpcPort}}", http: "127.0.0.1:{{OtlpHttpPort}}" }
            outputs:
              stdout: {}
              file: { path: "{{RecordsFile}}" }
              webhook: { url: "http://127.0.0.1:{{HttpPort}}/nobody" }
            http: { listen: "127.0.0.1:{{HttpPort}}" }
            status: { listen: off }
            """);
        _process = new BackgroundProcess(CollectorBinary.Path, "run", "--config", configuration);
    }

    public int SyslogPort { get; } = Ports.Free();

    public int HttpPort { get; } = Ports.Free();

    public int OtlpGrpcPort { get; } = Ports.Free();

    public int OtlpHttpPort { get; } = Ports.Free();

    public string RecordsFile => _folder.PathTo("records.jsonl");

    public static async Task<RunningCollector> StartAsync()
    {
        RunningCollector collector = new();
        await Poll.UntilAsync(
            async () =>
            {
                Assert.False(collector._process.HasExited, collector._process.Said);
                return await collector.GetAsync("/readyz");
            },
            "the collector is not ready");
        return collector;
    }

    public Task<string> GetAsync(string path) => _client.GetStringAsync($"http://127.0.0.1:{HttpPort}{path}");

    /// <summary>Sends lines over TCP, each with its own header.</summary>
    public async Task SendAsync(IEnumerable<string> lines)
    {
        using TcpClient client = new("127.0.0.1", SyslogPort);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    /// <summary>Waits until this many records are in the file, and returns their lines.</summary>
    public Task<string[]> RecordsAsync(int count) => Poll.UntilAsync(
        async () => await File.ReadAllLinesAsync(RecordsFile) is { } lines && lines.Length >= count ? lines : null, $"fewer than {count} records in the file");

    public void Dispose()
    {
        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }
}
