namespace Collector.Outputs.Syslog;

/// <summary>A way to the far side. Used by one task. Failures are exceptions that <see cref="SyslogFailure"/> names.</summary>
interface ISyslogLink : IAsyncDisposable
{
    /// <summary>Longest message that it carries, in bytes.</summary>
    int MessageBytesMax { get; }

    /// <summary>Asks whether the far side is still there, as far as one can know.</summary>
    /// <returns>Null while it can be trusted with records; else why not, for a person.</returns>
    string? Check();

    /// <summary>Takes one message; it may wait in a buffer until <see cref="FlushAsync"/>.</summary>
    /// <returns>False: the network does not carry this one, and never will.</returns>
    ValueTask<bool> SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Hands what waits to the kernel.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}
