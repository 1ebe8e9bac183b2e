using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tests.Shared;

namespace EndToEnd.Tests.Harness;

/// <summary>A syslog server on loopback that takes octet-counted messages and keeps the number in each, in the order of arrival.</summary>
sealed class SyslogSink : IDisposable
{
    readonly TcpListener _listener;
    readonly CancellationTokenSource _stop = new();
    readonly Task _task;
    readonly Lock _lock = new();
    readonly List<int> _numbers = [];
    int _connections;

    public SyslogSink(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _task = Task.Run(() => AcceptLoop.RunAsync(_listener, ReadAsync, _stop.Token));
    }

    /// <summary>What <see cref="SyslogSender.Lines"/> numbered.</summary>
    public int[] Numbers
    {
        get
        {
            lock (_lock)
            {
                return [.. _numbers];
            }
        }
    }

    /// <summary>Connections of which not everything has been read.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _task.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    async Task ReadAsync(TcpClient client)
    {
        using TcpClient owned = client;
        Socket socket = client.Client;
        byte[] buffer = new byte[1 << 20];
        int length = 0;
        Interlocked.Increment(ref _connections);
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token)) > 0)
            {
                length += read;
                int taken = Take(buffer.AsSpan(0, length));
                buffer.AsSpan(taken, length - taken).CopyTo(buffer);
                length -= taken;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    /// <returns>Bytes of whole messages.</returns>
    int Take(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        lock (_lock)
        {
            while (bytes[at..].IndexOf((byte)' ') is > 0 and int blank
                && int.Parse(bytes.Slice(at, blank), CultureInfo.InvariantCulture) is int count
                && at + blank + 1 + count <= bytes.Length)
            {
                string message = Encoding.UTF8.GetString(bytes.Slice(at + blank + 1, count));
                int number = message.IndexOf("request ", StringComparison.Ordinal) + "request ".Length;
                _numbers.Add(int.Parse(message.AsSpan(number, message.IndexOf(' ', number) - number), CultureInfo.InvariantCulture));
                at += blank + 1 + count;
            }
        }

        return at;
    }
}
