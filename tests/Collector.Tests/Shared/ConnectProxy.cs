using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Tests.Shared;

namespace Collector.Tests.Shared;

/// <summary>An HTTP proxy on loopback that opens tunnels, to loopback whatever the name.</summary>
sealed class ConnectProxy : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Channel<string> _heads = Channel.CreateUnbounded<string>();
    readonly CancellationTokenSource _stop = new();
    readonly Task _task;

    public ConnectProxy()
    {
        _listener.Start();
        _task = Task.Run(() => AcceptLoop.RunAsync(_listener, ServeAsync, _stop.Token));
    }

    /// <summary>Host and port.</summary>
    public string Authority => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Without it every tunnel is opened; with it only one whose request holds this text.</summary>
    public string Demands { get; init; } = "";

    /// <summary>The next request, with its headers.</summary>
    public async Task<string> NextAsync()
    {
        using CancellationTokenSource deadline = new(Patience.Long);
        return await _heads.Reader.ReadAsync(deadline.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _task.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        using TcpClient far = new();
        try
        {
            NetworkStream near = client.GetStream();
            while (await ReadHeadAsync(near) is { Length: > 0 } head)
            {
                _heads.Writer.TryWrite(head);
                if (!head.Contains(Demands, StringComparison.Ordinal))
                {
                    await near.WriteAsync("HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                    continue;
                }

                int port = int.Parse(head.Split(' ')[1].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
                await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
                await near.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray(), _stop.Token);
                await Task.WhenAny(near.CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near, _stop.Token));
                return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
        }
    }

    async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return "";
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
