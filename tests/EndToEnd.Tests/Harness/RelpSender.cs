using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>A RELP client that sends numbered messages without waiting and notes which of them the far side has said to be safe.</summary>
sealed class RelpSender : IDisposable
{
    readonly Socket _socket;
    readonly Task _answers;
    readonly int _first;
    int _sent;
    int _acknowledged;
    string? _refusal;

    RelpSender(Socket socket, int first)
    {
        (_socket, _first) = (socket, first);
        _answers = Task.Run(ReadAsync);
    }

    /// <summary>Numbers from the first up to before this one are sent.</summary>
    public int Next => _first + _sent;

    /// <summary>How many are safe, from the first on: answers come in order.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>An answer that was not 200; null when there was none.</summary>
    public string? Refusal => Volatile.Read(ref _refusal);

    public static async Task<RelpSender> ConnectAsync(int port, int first)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("1 open 49 relp_version=0\nrelp_software=test\ncommands=syslog\n"));
        return new RelpSender(socket, first);
    }

    /// <summary>Throws when the far side is gone.</summary>
    public async Task SendAsync(int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            string line = SyslogSender.Lines(Next + i, 1).TrimEnd('\n');
            text.Append(CultureInfo.InvariantCulture, $"{_sent + i + 2} syslog {line.Length} {line}\n");
        }

        ReadOnlyMemory<byte> rest = Encoding.UTF8.GetBytes(text.ToString());
        while (rest.Length > 0)
        {
            rest = rest[await _socket.SendAsync(rest)..];
        }

        _sent += count;
    }

    /// <summary>Ends when the far side has closed, and all its answers are read.</summary>
    public Task ClosedAsync() => _answers;

    public void Dispose() => _socket.Dispose();

    async Task ReadAsync()
    {
        try
        {
            using NetworkStream stream = new(_socket);
            using StreamReader reader = new(stream, Encoding.ASCII);
            while (await reader.ReadLineAsync() is { } line)
            {
                // Some lines belong to the answer to "open".
                string[] words = line.Split(' ');
                if (words is not [_, "rsp", _, ..] || words[0] == "1")
                {
                    continue;
                }

                if (words is [_, _, _, "200", ..] && words[0] == (Acknowledged + 2).ToString(CultureInfo.InvariantCulture))
                {
                    Interlocked.Increment(ref _acknowledged);
                }
                else
                {
                    Volatile.Write(ref _refusal, line);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Killed: what was answered until then counts.
        }
    }
}
