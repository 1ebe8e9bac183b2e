namespace Receivers.Syslog;

/// <summary>One open door of the syslog receiver.</summary>
interface ISyslogListener : IDisposable
{
    ReceiverStatistics Statistics { get; }

    /// <summary>Transport and address with the real port; empty before the start.</summary>
    string Listening { get; }

    /// <summary>Null while all is well.</summary>
    string? Problem { get; }

    /// <exception cref="ReceiverStartException">The address cannot be had.</exception>
    void Start();

    /// <summary>Closes the door. What came through it before is still handed on.</summary>
    Task StopAsync();
}
