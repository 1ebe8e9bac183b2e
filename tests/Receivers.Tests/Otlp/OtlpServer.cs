using System.Net;
using System.Net.Http.Headers;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Receivers.Otlp;

namespace Receivers.Tests.Otlp;

/// <summary>A receiver on ports of its own, and real clients for it.</summary>
sealed class OtlpServer : IAsyncDisposable
{
    readonly List<IDisposable> _clients = [];

    OtlpServer(OtlpOptions options) => Receiver = new OtlpReceiver(options, NullLoggerFactory.Instance, TimeProvider.System);

    public TestSink Sink { get; } = new();

    public OtlpReceiver Receiver { get; }

    public ReceiverStatistics GrpcStatistics => Receiver.Statistics[0];

    public ReceiverStatistics HttpStatistics => Receiver.Statistics[1];

    public static async Task<OtlpServer> StartAsync(Action<OtlpOptions>? configure = null)
    {
        OtlpOptions options = new()
        {
            Grpc = new IPEndPoint(IPAddress.Loopback, 0),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Wait = TimeSpan.FromMilliseconds(100),
        };
        configure?.Invoke(options);
        OtlpServer server = new(options);
        await server.Receiver.StartAsync(server.Sink, CancellationToken.None);
        return server;
    }

    public Uri Address(string transport, string scheme = "http")
    {
        string listening = Receiver.Listening.Single(line => line.StartsWith(transport + " ", StringComparison.Ordinal));
        return new Uri($"{scheme}://{listening[(transport.Length + 1)..]}");
    }

    public HttpClient Http()
    {
        HttpClient client = new(new SocketsHttpHandler()) { BaseAddress = Address("http") };
        _clients.Add(client);
        return client;
    }

    public LogsService.LogsServiceClient Grpc(Action<GrpcChannelOptions>? configure = null)
    {
        GrpcChannelOptions options = new();
        configure?.Invoke(options);
        GrpcChannel channel = GrpcChannel.ForAddress(Address("grpc"), options);
        _clients.Add(channel);
        return new LogsService.LogsServiceClient(channel);
    }

    public static ByteArrayContent Content(byte[] body, string type, string? encoding = null)
    {
        ByteArrayContent content = new(body);
        if (type.Length > 0)
        {
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return content;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable client in _clients)
        {
            client.Dispose();
        }

        await Receiver.DisposeAsync();
    }
}
