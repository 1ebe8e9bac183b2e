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
        UdpSocket first = BindFirst(bytes);
        Listening = $"udp {first.EndPoint}";
        _readers.Add(new DatagramReader(intake, first, Statistics));
        for (int i = 1; i < intake.Options.UdpSockets; i++)
        {
            _readers.Add(new DatagramReader(intake, new UdpSocket(first, bytes), Statistics));
        }

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
