namespace Receivers.Syslog;

/// <summary>Datagrams of local programs, in place of <c>/dev/log</c>.</summary>
sealed class UnixDatagramReceiver(SyslogIntake intake, string path) : ISyslogListener
{
    DatagramReader? _reader;

    public ReceiverStatistics Statistics { get; } = new(SyslogReceiver.ReceiverName, "unix_datagram");

    public string Listening { get; private set; } = "";

    public string? Problem => _reader?.Problem;

    public void Start()
    {
        _reader = new DatagramReader(intake, new UnixDatagramSocket(path), Statistics);
        Listening = $"{Statistics.Transport} {path}";
        _reader.Start();
    }

    public Task StopAsync() => _reader?.StopAsync() ?? Task.CompletedTask;

    public void Dispose() => _reader?.Dispose();
}
