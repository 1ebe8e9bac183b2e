using System.Net;
using System.Net.Sockets;

namespace Receivers.Syslog;

/// <summary>Datagrams: several sockets on one port, each with a thread that blocks on it.</summary>
sealed class SyslogUdpReceiver(SyslogIntake intake, IPEndPoint endPoint) : ISyslogListener
{
    readonly List<DatagramReader> _readers = [];

    public ReceiverStatistics Statistics { get; } = new(SyslogReceiver.ReceiverName, "udp");

    public string Listening { get; private set; } = "";

    public string? Problem => _readers.Select(r => r.Problem).FirstOrDefault(p => p is not null);

    public void Start()
    {
        int bytes = intake.Options.UdpReceiveBufferBytes;
        List<UdpSocket> sockets = [.. InheritedSockets.OfProcess.Find(endPoint, SocketType.Dgram).Select(s => new UdpSocket(s, bytes))];
        // Beside borrowed sockets none of our own: what it holds at our end would be lost.
        bool isOurs = sockets.Count == 0;
        for (int i = 0; isOurs && i < intake.Options.UdpSockets; i++)
        {
            sockets.Add(i == 0 ? BindFirst(bytes) : new UdpSocket(sockets[0], bytes));
        }

        UdpSocket first = sockets[0];
        Listening = $"udp {first.EndPoint}";
        _readers.AddRange(sockets.Select(s => new DatagramReader(intake, s, Statistics)));

        if (first.ReceiveBufferBytes < bytes)
        {
            intake.Log.ReceiveBufferCapped(first.ReceiveBufferBytes, bytes);
        }

        foreach (DatagramReader reader in _readers)
        {
            reader.Start();
        }
    }

    public async Task StopAsync()
    {
        foreach (DatagramReader reader in _readers)
        {
            await reader.StopAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        foreach (DatagramReader reader in _readers)
        {
            reader.Dispose();
        }
    }

    UdpSocket BindFirst(int bytes)
    {
        try
        {
            return new UdpSocket(endPoint, bytes);
        }
        catch (SocketException e)
        {
            throw BindFailure.Explain("udp", endPoint, e);
        }
    }
}
