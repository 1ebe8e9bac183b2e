using System.Diagnostics;

namespace Receivers.Syslog;

/// <summary>One stream of syslog frames: bytes straight into a batch's buffer, frames and records in place, batches to the sink.</summary>
/// <remarks>
/// A batch is posted when it is full or when the peer has nothing more to give, so a lone record is never held back. While the peer is silent, or the
/// intake has no turn for it, no batch is held but for a frame that was begun. Back-pressure is simply not reading. The loop runs on one thread at a time.
/// </remarks>
/// <typeparam name="TProtocol">How the bytes are cut into frames; a struct, so that the code is made for it.</typeparam>
sealed class StreamConnection<TProtocol> : ITimedConnection
    where TProtocol : struct, IStreamProtocol
{
    // A read shorter than this has emptied the socket of a trickling sender: asking again would only cost a system call.
    const int TrickleBytes = 4096;

    // Many small writes shortly after each other would cost a wake-up each. What was read is posted at once; then the next look waits a moment.
    const int SmallVisitBytes = 64 * 1024;
    const int RestMs = 1;

    // What a peer may still pour in after the stop before it is cut off.
    const int BytesAfterEndMax = 8 * 1024 * 1024;

    static readonly TimeSpan VisitsAreClose = TimeSpan.FromMilliseconds(3);

    readonly SyslogIntake _intake;
    readonly ByteSource _source;
    readonly ReceiverStatistics _statistics;
    readonly RecordSource _peer;
    readonly Sender _sender;
    readonly RecordLane _lane;
    readonly StampMemo _stamps = new();

    // Reader side
#pragma warning disable IDE0044 // A struct that changes itself; readonly would make every call work on a copy.
    TProtocol _protocol;
#pragma warning restore IDE0044
    RecordBatch? _batch;
    // Unread bytes of the batch's buffer.
    int _start;
    int _end;
    int _nextBatchBytes = RecordBatchPool.SmallBytes;
    long _bytesAfterEnd;
    long _bytesThisVisit;
    long _lastVisit;
    bool _isLookedAt;
    bool _isCrowded;
    bool _isOver;
    bool _isOverRate;

    // Both sides
    long _waitingSince;
    long _frameSince;
    string? _endReason;

    /// <param name="intake">Shared by all listeners.</param>
    /// <param name="source">Disposed when the connection ends.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="statistics">Of the transport.</param>
    /// <param name="protocol">Fresh; owned from now on.</param>
    /// <param name="isGuarded">True to recognise TLS and HTTP by the first bytes.</param>
    public StreamConnection(
        SyslogIntake intake, ByteSource source, PeerAddress peer, ReceiverStatistics statistics, TProtocol protocol, bool isGuarded)
    {
        _intake = intake;
        _source = source;
        _peer = new RecordSource(peer);
        _sender = intake.Senders.Of(peer);
        _lane = intake.Sink.OpenLane();
        _statistics = statistics;
        _isLookedAt = !isGuarded;
        _protocol = protocol;
    }

    /// <inheritdoc/>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <inheritdoc/>
    public long FrameSince => Volatile.Read(ref _frameSince);

    /// <inheritdoc/>
    public void End(string reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason, null) is null)
        {
            _intake.NoteEnd(_peer.Peer, reason, _statistics);
            _source.EndReading();
        }
    }

    /// <summary>Reads until the peer, a timeout or the stop ends the stream. Never throws for what the peer does.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await ReadOnceAsync().ConfigureAwait(false))
            {
            }
        }
        finally
        {
            _batch?.Release();
            await _protocol.EndAsync(_source).ConfigureAwait(false);
        }
    }

    /// <returns>False when the connection is over.</returns>
    async ValueTask<bool> ReadOnceAsync()
    {
        await MakeRoomAsync().ConfigureAwait(false);
        ValueTask<int> reading = _source.ReadAsync(_batch!.Buffer.AsMemory(_end));
        if (!reading.IsCompleted)
        {
            Volatile.Write(ref _waitingSince, _intake.Time.GetTimestamp());
        }

        int read = await reading.ConfigureAwait(false);
        Volatile.Write(ref _waitingSince, 0);
        if (read > 0)
        {
            _end += read;
            _bytesThisVisit += read;
            _statistics.AddBytes(read);
            if (!await ReadFramesAsync(isEnd: false).ConfigureAwait(false))
            {
                return false;
            }

            if (_isOverRate && _endReason is null)
            {
                await RestAsync().ConfigureAwait(false);
            }

            if (read >= TrickleBytes && !_isOver && !IsSpent(read))
            {
                return true;
            }
        }

        if (read == 0 || _isOver || IsSpent(0))
        {
            await ReadFramesAsync(isEnd: true).ConfigureAwait(false);
            await PostAsync(isIdle: true).ConfigureAwait(false);
            return false;
        }

        await PostAsync(isIdle: true).ConfigureAwait(false);
        if (IsBusyTrickle())
        {
            await Task.Delay(RestMs).ConfigureAwait(false);
        }

        Volatile.Write(ref _waitingSince, _intake.Time.GetTimestamp());
        await _source.WaitAsync().ConfigureAwait(false);
        Volatile.Write(ref _waitingSince, 0);
        return true;
    }

    /// <summary>True for the second visit and those after it when they follow closely and bring little. About this machine, so by its clock.</summary>
    bool IsBusyTrickle()
    {
        long now = TimeProvider.System.GetTimestamp();
        bool isBusy = _bytesThisVisit is > 0 and < SmallVisitBytes && TimeProvider.System.GetElapsedTime(_lastVisit, now) < VisitsAreClose && _endReason is null;
        _lastVisit = now;
        _bytesThisVisit = 0;
        return isBusy;
    }

    /// <summary>A peer that goes on sending after the stop or a timeout is cut off.</summary>
    bool IsSpent(int read) => _endReason is not null && (_bytesAfterEnd += read) > BytesAfterEndMax;

    /// <summary>Gives the next read a buffer. Who holds no record waits for its turn first, holding no more than the beginning of a frame.</summary>
    async ValueTask MakeRoomAsync()
    {
        if (_batch is { Count: > 0 })
        {
            if (!IsNearlyFull)
            {
                return;
            }

            await PostAsync().ConfigureAwait(false);
            // Others that wait for this thread come first now.
            await Task.Yield();
        }

        await _intake.Sink.WaitForTurnAsync(_intake.Patience).ConfigureAwait(false);
        if (_batch is null)
        {
            _batch = _intake.Rent(_nextBatchBytes, _statistics.Transport);
        }
        else if (_batch.Buffer.Length < _nextBatchBytes || IsNearlyFull)
        {
            int twice = 2 * (_end - _start);
            MoveTo(Math.Max(_nextBatchBytes, twice <= RecordBatchPool.LargeBytes ? twice : FrameBufferBytes)).Release();
        }

        Debug.Assert(_end < _batch.Buffer.Length, "the framer held back more than it may");
    }

    bool IsNearlyFull => _batch!.Buffer.Length - _end < _batch.Buffer.Length / 16;

    /// <summary>A buffer that holds a frame of any allowed length.</summary>
    int FrameBufferBytes => Math.Max(RecordBatchPool.LargeBytes, _intake.Options.FrameBytesMax + SyslogFramer.OverheadBytes + TrickleBytes);

    /// <summary>Hands the records on. Bytes of an unfinished frame move to a batch of their own, no larger than they need; without any, none is held.</summary>
    /// <param name="isIdle">There is nothing more to read at the moment.</param>
    async ValueTask PostAsync(bool isIdle = false)
    {
        RecordBatch? full = _batch;
        if (full is null)
        {
            return;
        }

        full.BytesUsed = _start;
        // Room for half as much again as the peer has given since its last silence: what waits for the model or an output waits with its whole buffer.
        _nextBatchBytes = RecordBatchPool.SizeFor((int)Math.Clamp(_bytesThisVisit * 3 / 2, RecordBatchPool.SmallBytes, RecordBatchPool.LargeBytes));
        int rest = _end - _start;
        if (rest > 0)
        {
            if (full.Count == 0 && full.Buffer.Length <= RecordBatchPool.SizeFor(rest))
            {
                return;
            }

            MoveTo(rest);
        }
        else
        {
            _batch = null;
            _start = _end = 0;
        }

        if (full.Count == 0)
        {
            full.Release();
            return;
        }

        full.Lane = _lane;
        _protocol.Posting(full);
        if (!isIdle || !_intake.TryWork(full, _statistics))
        {
            await _intake.PostAsync(full, _statistics).ConfigureAwait(false);
        }
    }

    /// <returns>The batch that was left; its unread bytes are in the new one now.</returns>
    RecordBatch MoveTo(int bytes)
    {
        RecordBatch left = _batch!;
        _batch = _intake.Rent(bytes, _statistics.Transport);
        left.Buffer.AsSpan(_start, _end - _start).CopyTo(_batch.Buffer);
        _end -= _start;
        _start = 0;
        return left;
    }

    /// <returns>False when the peer has the wrong port.</returns>
    async ValueTask<bool> ReadFramesAsync(bool isEnd)
    {
        while (TryReadFrames(isEnd))
        {
            if (!_isCrowded)
            {
                return true;
            }

            await PostAsync().ConfigureAwait(false);
        }

        return false;
    }

    /// <returns>False when the peer has the wrong port.</returns>
    bool TryReadFrames(bool isEnd)
    {
        _isCrowded = false;
        if (_batch is null)
        {
            return true;
        }

        ReadOnlySpan<byte> unread = _batch.Buffer.AsSpan(_start, _end - _start);
        if (!_isLookedAt)
        {
            FirstBytes seen = PlainPortGuard.Look(unread, isEnd);
            _isLookedAt = seen != FirstBytes.Undecided;
            if (seen != FirstBytes.Syslog)
            {
                return seen == FirstBytes.Undecided || Refuse(seen);
            }
        }

        SyslogParserContext context = new(_intake.Time.UnixNano(), _sender.Zone, _batch.AddSource(_peer), _stamps);
        int consumed = 0, before = _batch.Count, recordsMax = SyslogIntake.RecordsMax(_batch);
        while (!_isCrowded && !_isOver && _protocol.TryRead(unread, isEnd, out consumed, out SyslogFrame frame))
        {
            _intake.Parse(_batch, new Slice(_start + frame.Start, frame.Length), context, frame.Marks, frame.IsAscii, _statistics);
            _start += consumed;
            unread = unread[consumed..];
            consumed = 0;
            _isCrowded = _batch.Count >= recordsMax;
        }

        _start += consumed;
        NoteUnfinishedFrame(isNew: _batch.Count > before);
        NoteRecords(_batch.Count - before);
        if (!_isOver && _protocol.Fault is { } fault)
        {
            _intake.NoteFault(_peer.Peer, fault, _statistics);
            _start = _end;
            _isOver = true;
        }

        return true;
    }

    void NoteRecords(int records)
    {
        if (records == 0)
        {
            return;
        }

        long now = _intake.Time.GetTimestamp();
        _sender.Touch(records, _batch!.Records[^1], now);
        if (!_sender.TryTake(_intake.Second(now), records))
        {
            _isOverRate = true;
            _intake.NoteLimited(_sender, records, "its connections are read more slowly");
        }
    }

    /// <summary>Leaves the rest of this second to others; the peer feels it as a full window.</summary>
    async ValueTask RestAsync()
    {
        _isOverRate = false;
        await PostAsync().ConfigureAwait(false);
        long frequency = _intake.Time.TimestampFrequency;
        long left = frequency - (_intake.Time.GetTimestamp() % frequency);
        await Task.Delay(TimeSpan.FromSeconds(left / (double)frequency), _intake.Time).ConfigureAwait(false);
    }

    void NoteUnfinishedFrame(bool isNew)
    {
        if (_start == _end && !_protocol.IsSkipping)
        {
            Volatile.Write(ref _frameSince, 0);
        }
        else if (isNew || _frameSince == 0)
        {
            Volatile.Write(ref _frameSince, _intake.Time.GetTimestamp());
        }
    }

    bool Refuse(FirstBytes seen)
    {
        bool isTls = seen == FirstBytes.Tls;
        _statistics.AddRefused(isTls ? RefusedReasons.TlsOnPlainPort : RefusedReasons.HttpOnPlainPort);
        _intake.LogWrongProtocol(
            _peer.Peer, isTls ? "TLS" : "HTTP", isTls ? "Send to the TLS port, or send plain text here." : "Metrics and health are on another port.");
        return false;
    }
}
