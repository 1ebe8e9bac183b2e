using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>A plain sender for tests that need more speed or control than logger and rsyslog give.</summary>
sealed class SyslogSender : IDisposable
{
    readonly Socket _socket;

    SyslogSender(Socket socket) => _socket = socket;

    public static async Task<SyslogSender> ConnectTcpAsync(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new SyslogSender(socket);
    }

    /// <summary>Sends all of it. Throws when the far side has closed.</summary>
    public async Task SendAsync(string text)
    {
        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text);
        while (rest.Length > 0)
        {
            rest = rest[await _socket.SendAsync(rest)..];
        }
    }

    /// <summary>Lines of RFC 5424 with a number each.</summary>
    public static string Lines(int from, int count)
    {
        StringBuilder text = new();
        for (int i = from; i < from + count; i++)
        {
            text.Append("<134>1 2026-11-25T10:00:00.123456Z web1 checkout-api 812 ID47 - request ").Append(i).Append(" took 12 ms\n");
        }

        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
