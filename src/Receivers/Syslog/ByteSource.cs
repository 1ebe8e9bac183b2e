namespace Receivers.Syslog;

/// <summary>The bytes of one connection, whatever carries them. One reader; <see cref="EndReading"/> from any thread.</summary>
abstract class ByteSource : IAsyncDisposable
{
    /// <summary>Takes what has arrived.</summary>
    /// <param name="buffer">Not empty; must stay the caller's until the task ends.</param>
    /// <returns>Bytes; 0 at the end of the stream or after a fault of it; -1 when nothing is there now.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Ends when there may be something to read. Holds no buffer, so that an idle connection costs next to nothing.</summary>
    public abstract ValueTask WaitAsync();

    /// <summary>Sends an answer; a peer that is gone is no error here. One writer at a time.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Makes the stream end after what has arrived. A wait that is under way ends.</summary>
    public abstract void EndReading();

    public abstract ValueTask DisposeAsync();
}
