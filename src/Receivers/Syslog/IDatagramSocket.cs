namespace Receivers.Syslog;

/// <summary>A bound socket that datagrams come in by.</summary>
interface IDatagramSocket : IDisposable
{
    /// <summary>The file descriptor; good until disposed.</summary>
    int Handle { get; }

    /// <summary>True when senders wait while nobody reads, so that we may wait as well.</summary>
    bool CanSenderWait { get; }

    /// <summary>Datagrams that the kernel dropped since the last call.</summary>
    uint TakeDrops();
}
