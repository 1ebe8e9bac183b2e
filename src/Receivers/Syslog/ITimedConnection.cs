namespace Receivers.Syslog;

/// <summary>A connection that <see cref="ConnectionTable"/> may end. Members are safe on any thread.</summary>
interface ITimedConnection
{
    /// <summary>Timestamp since which it waits for its peer; 0 while it does not (it reads, or the sink makes it wait).</summary>
    long WaitingSince { get; }

    /// <summary>Timestamp since which a frame is unfinished; 0 when none is.</summary>
    long FrameSince { get; }

    /// <summary>Makes the stream end; what has arrived is still handed on.</summary>
    void End(string reason);

    /// <summary>Serves the connection to its end.</summary>
    Task RunAsync();
}
