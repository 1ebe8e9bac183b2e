using System.Net;
using System.Net.Sockets;
using System.Text;
using Collector.Tests.Shared;

namespace Collector.Tests.Commands;

/// <summary>Alone: the command gives an answer two seconds, which tests beside this one would have their share of.</summary>
[Collection(Alone.Name)]
public sealed class HealthcheckCommandTests
{
    [Fact]
    public async Task Healthcheck_Ready_EndsWith0()
    {
        using Answering server = new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        Invocation result = await Invocation.OfAsync("healthcheck", "--url", $"http://{server.EndPoint}/readyz");
        Assert.Equal((0, "ready\n", ""), (result.Code, result.Output, result.Error));
    }

    [Fact]
    public async Task Healthcheck_AddressOfTheConfiguration_IsAsked()
    {
        using Answering server = new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        using TemporaryFolder folder = new();
        // Listening on all addresses is reached over loopback.
        string file = folder.Write("c.yaml", $"http: {{ listen: '0.0.0.0:{server.EndPoint.Port}' }}\n");
        Invocation result = await Invocation.OfAsync("healthcheck", "-c", file);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("GET /readyz HTTP/1.1\r\n", await server.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Healthcheck_NotReady_EndsWith1AndTellsWhatIsNot()
    {
        using Answering server = new("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 16\r\n\r\n\u001b[2Jclassifier\r\n");
        Invocation result = await Invocation.OfAsync("healthcheck", "--url", $"http://{server.EndPoint}/readyz");
        Assert.Equal((1, $"http://{server.EndPoint}/readyz answers 503: \\x1b[2Jclassifier\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Healthcheck_NobodyThere_EndsWith1()
    {
        using Answering server = new("");
        IPEndPoint gone = server.EndPoint;
        server.Dispose();
        Invocation result = await Invocation.OfAsync("healthcheck", "--url", $"http://{gone}/readyz");
        Assert.Equal(1, result.Code);
        Assert.Contains("cannot be asked", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Healthcheck_NoAnswer_EndsWith1AfterTwoSeconds()
    {
        using Answering server = new(null);
        Invocation result = await Invocation.OfAsync("healthcheck", "--url", $"http://{server.EndPoint}/readyz");
        Assert.Equal((1, $"http://{server.EndPoint}/readyz did not answer in 2 s\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Healthcheck_HttpIsOff_EndsWith1()
    {
        using TemporaryFolder folder = new();
        Invocation result = await Invocation.OfAsync("healthcheck", "-c", folder.Write("c.yaml", "http: { listen: off }\n"));
        Assert.Equal(1, result.Code);
        Assert.Contains("http.listen is off", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Gives one answer to the first request, or none and keeps the line open.</summary>
    sealed class Answering : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        TcpClient? _client;

        public Answering(string? answer)
        {
            _listener.Start();
            EndPoint = (IPEndPoint)_listener.LocalEndpoint;
            Request = AnswerAsync(answer);
        }

        public IPEndPoint EndPoint { get; }

        public Task<string> Request { get; }

        public void Dispose()
        {
            _listener.Dispose();
            _client?.Dispose();
        }

        async Task<string> AnswerAsync(string? answer)
        {
            try
            {
                _client = await _listener.AcceptTcpClientAsync();
                byte[] request = new byte[4096];
                int length = await _client.GetStream().ReadAsync(request);
                if (answer is not null)
                {
                    await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                    _client.Dispose();
                }

                return Encoding.ASCII.GetString(request, 0, length);
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                return "";
            }
        }
    }
}
