using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Receivers.Syslog;
using Tests.Shared;

namespace Receivers.Tests.Syslog;

/// <summary>A receiver on ports of the system's choice, and the peers that talk to it over loopback.</summary>
sealed class SyslogReceiverFixture : IAsyncDisposable
{
    SyslogReceiverFixture(SyslogOptions options, TimeProvider time, RecordBatchPool? pool)
    {
        Receiver = new SyslogReceiver(options, time, Log);
        Sink = new GatheringSink(pool);
    }

    public SyslogReceiver Receiver { get; }

    public GatheringSink Sink { get; }

    public GatheringLog Log { get; } = new();

    public IPEndPoint Tcp => EndPoint("tcp ");

    public IPEndPoint Udp => EndPoint("udp ");

    public static async Task<SyslogReceiverFixture> StartAsync(Action<SyslogOptions>? set = null, TimeProvider? time = null, RecordBatchPool? pool = null)
    {
        SyslogOptions options = new()
        {
            Udp = new IPEndPoint(IPAddress.Loopback, 0),
            Tcp = new IPEndPoint(IPAddress.Loopback, 0),
            Zone = TimeZoneInfo.Utc,
            UdpSockets = 2,
        };
        set?.Invoke(options);
        SyslogReceiverFixture fixture = new(options, time ?? TimeProvider.System, pool);
        await fixture.Receiver.StartAsync(fixture.Sink, CancellationToken.None);
        return fixture;
    }

    public ReceiverStatistics Statistics(string transport) => Receiver.Statistics.Single(s => s.Transport == transport);

    public long Refused(string transport, string reason) => Statistics(transport).Refused.FirstOrDefault(r => r.Key == reason).Value;

    public async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Tcp);
        return socket;
    }

    /// <summary>Sends all of it and closes.</summary>
    public async Task SendTcpAsync(string text)
    {
        using Socket socket = await ConnectAsync();
        await SendAsync(socket, text);
        socket.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(socket);
    }

    /// <summary>Sends, and leaves it to the receiver when to read.</summary>
    public async Task SendTcpUnreadAsync(string text)
    {
        using Socket socket = await ConnectAsync();
        await SendAsync(socket, text);
        socket.Shutdown(SocketShutdown.Send);
    }

    public static async Task SendAsync(Socket socket, string text)
    {
        ReadOnlyMemory<byte> rest = Encoding.Latin1.GetBytes(text);
        while (!rest.IsEmpty)
        {
            rest = rest[await socket.SendAsync(rest)..];
        }
    }

    /// <summary>Until the receiver has closed.</summary>
    public static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using CancellationTokenSource patience = new(Patience.Long);
        List<byte> all = [];
        byte[] buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, patience.Token)) > 0)
            {
                all.AddRange(buffer[..read]);
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }

        return [.. all];
    }

    public void SendUdp(params string[] datagrams)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        foreach (string datagram in datagrams)
        {
            socket.SendTo(Encoding.Latin1.GetBytes(datagram), Udp);
        }
    }

    public ValueTask DisposeAsync()
    {
        Sink.Open();
        return Receiver.DisposeAsync();
    }

    public IPEndPoint EndPoint(string prefix) => IPEndPoint.Parse(Receiver.Listening.Single(l => l.StartsWith(prefix, StringComparison.Ordinal))[prefix.Length..]);

    /// <summary>Log lines as text.</summary>
    internal sealed class GatheringLog : ILogger<SyslogReceiver>
    {
        readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{logLevel} {formatter(state, exception)}{exception?.Message}"));
            }
        }
    }
}
