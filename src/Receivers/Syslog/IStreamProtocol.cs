namespace Receivers.Syslog;

/// <summary>What the bytes of a connection mean. One connection owns it and calls it from one thread at a time.</summary>
interface IStreamProtocol
{
    /// <summary>True while the rest of a cut frame is still to come.</summary>
    bool IsSkipping { get; }

    /// <summary>Null, or the reason (one of <see cref="RefusedReasons"/>) why nothing more can be read.</summary>
    string? Fault { get; }

    /// <summary>The next frame in the unread bytes; see <see cref="SyslogFramer.TryRead"/>.</summary>
    bool TryRead(ReadOnlySpan<byte> unread, bool isEnd, out int consumed, out SyslogFrame frame);

    /// <summary>The frames read since the last call are in this batch, which is about to be posted.</summary>
    void Posting(RecordBatch batch);

    /// <summary>The connection reads no more: closes it once all that is owed to the peer is paid.</summary>
    ValueTask EndAsync(ByteSource source);
}

/// <summary>Plain syslog: frames, and nobody to answer.</summary>
struct PlainProtocol(SyslogOptions options) : IStreamProtocol
{
    SyslogFramer _framer = new(options.Framing, options.FrameBytesMax);

    public readonly bool IsSkipping => _framer.IsSkipping;

    public readonly string? Fault => null;

    public bool TryRead(ReadOnlySpan<byte> unread, bool isEnd, out int consumed, out SyslogFrame frame) =>
        _framer.TryRead(unread, isEnd, out consumed, out frame);

    public readonly void Posting(RecordBatch batch)
    {
    }

    public readonly ValueTask EndAsync(ByteSource source) => source.DisposeAsync();
}
