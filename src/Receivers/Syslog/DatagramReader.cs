namespace Receivers.Syslog;

/// <summary>One datagram socket and the thread that reads it: <c>recvmmsg</c> into slots, each datagram a record, a batch a visit.</summary>
sealed class DatagramReader : IDisposable
{
    // Datagrams that come faster than this are read in one visit a millisecond: 200 of them a visit at 200,000 a second, where each would
    // cost a wake-up. A datagram after a silence is read and posted at once.
    const int RestMs = 1;

    const int RoundsMax = 256;

    static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(3);

    readonly SyslogIntake _intake;
    readonly IDatagramSocket _socket;
    readonly ReceiverStatistics _statistics;
    readonly UdpSlots _slots = new();
    readonly StampMemo _stamps = new();
    readonly WakeUp _wakeUp = new();
    readonly Thread _thread;
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile string? _problem;
    bool _isStarted;

    // Reader side
    Sender? _sender;
    bool _isAllowed;
    PeerAddress _lastPeer;
    long _second;
    RecordBatch? _refused;
    RecordBatch? _batch;
    int _nextBatchBytes = RecordBatchPool.SmallBytes;

    public DatagramReader(SyslogIntake intake, IDatagramSocket socket, ReceiverStatistics statistics)
    {
        _intake = intake;
        _socket = socket;
        _statistics = statistics;
        _thread = new Thread(Run) { IsBackground = true, Name = "syslog " + statistics.Transport };
    }

    /// <summary>Null while the thread lives.</summary>
    public string? Problem => _problem;

    public void Start()
    {
        _isStarted = true;
        _thread.Start();
    }

    /// <summary>Reads what the socket still has, posts it, and ends.</summary>
    public Task StopAsync()
    {
        _wakeUp.Set();
        return _isStarted ? _ended.Task : Task.CompletedTask;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _slots.Dispose();
        _wakeUp.Dispose();
    }

    void Run()
    {
        try
        {
            long lastVisit = _intake.Time.GetTimestamp();
            while (!_wakeUp.IsSet)
            {
                _wakeUp.WaitFor(_socket.Handle);
                bool isEmptied = Visit();
                long now = _intake.Time.GetTimestamp();
                if (isEmptied && _intake.Time.GetElapsedTime(lastVisit, now) < Busy)
                {
                    _wakeUp.Rest(RestMs);
                }

                lastVisit = now;
            }

            _ = Visit();
        }
        catch (Exception e)
        {
            _problem = "a datagram reader ended by an error: " + e.Message;
            _intake.Log.Failed(e, "datagram reader");
        }

        _ended.SetResult();
    }

    /// <summary>Empties the socket, or takes so much of a flood that the drops are counted and a stop is seen in between.</summary>
    bool Visit()
    {
        int received, rounds = 0;
        do
        {
            received = _slots.Receive(_socket.Handle);
            if (received > 0)
            {
                Read(received);
            }
        }
        while (received == UdpSlots.Count && ++rounds < RoundsMax);

        Post(isIdle: received < UdpSlots.Count);
        DiscardRefused();
        // A sender that is silent for a while may be forgotten by the table: look it up again.
        _sender = null;
        uint drops = _socket.TakeDrops();
        if (drops > 0)
        {
            _statistics.AddSocketDrops(drops);
        }

        return received < UdpSlots.Count;
    }

    void Read(int received)
    {
        SyslogParserContext context = new(_intake.Time.UnixNano(), _intake.Zone, 0, _stamps);
        long timestamp = _intake.Time.GetTimestamp(), bytes = 0;
        _second = _intake.Second(timestamp);
        for (int i = 0; i < received; i++)
        {
            ReadOnlySpan<byte> datagram = _slots.Datagram(i);
            bytes += datagram.Length;
            if (!datagram.IsEmpty && IsWelcome(_slots.Peer(i)))
            {
                Append(datagram, _lastPeer, context);
                _sender!.Touch(1, _batch!.Records[^1], timestamp);
            }
        }

        _statistics.AddBytes(bytes);
    }

    /// <summary>Looks the sender up, unless it is the one of the datagram before, and asks whether it may send now.</summary>
    bool IsWelcome(PeerAddress peer)
    {
        if (_sender is null || peer != _lastPeer)
        {
            _lastPeer = peer;
            _sender = _intake.Senders.Of(peer);
            _isAllowed = _intake.IsAllowed(peer);
        }

        if (!_isAllowed)
        {
            _statistics.AddRefused(RefusedReasons.NotAllowed);
            return false;
        }

        if (_sender.TryTake(_second, 1))
        {
            return true;
        }

        _intake.NoteLimited(_sender, 1, "its datagrams are dropped");
        _refused ??= _intake.Rent(RecordBatchPool.SmallBytes, _statistics.Transport);
        _refused.Add();
        if (_refused.Count >= SyslogIntake.RecordsMax(_refused))
        {
            DiscardRefused();
        }

        return false;
    }

    /// <summary>Dropped datagrams are received records all the same, so the ledger must see them.</summary>
    void DiscardRefused()
    {
        if (_refused is { } refused)
        {
            _refused = null;
            _statistics.AddRefused(DropReasons.RateLimited, refused.Count);
            _intake.Sink.Discard(refused, DropReasons.RateLimited);
        }
    }

    /// <summary>One datagram, one record; line ends inside it are text.</summary>
    void Append(ReadOnlySpan<byte> datagram, PeerAddress peer, in SyslogParserContext context)
    {
        ParseMarks framing = ParseMarks.None;
        int kept = datagram.Length;
        if (kept > _intake.Options.FrameBytesMax)
        {
            kept = SyslogFramer.CharacterBoundary(datagram[.._intake.Options.FrameBytesMax]);
            framing = ParseMarks.Truncated;
        }

        if (_batch is null || _batch.Buffer.Length - _batch.BytesUsed < kept || _batch.Count >= SyslogIntake.RecordsMax(_batch))
        {
            Post();
            _batch = _intake.Rent(Math.Max(_nextBatchBytes, kept), _statistics.Transport);
        }

        Slice frame = new(_batch.BytesUsed, kept);
        datagram[..kept].CopyTo(_batch.Buffer.AsSpan(frame.Offset));
        _batch.BytesUsed += kept;
        int source = _batch.AddSource(new RecordSource(peer));
        _intake.Parse(_batch, frame, context.For(_sender!.Zone, source), framing, isAscii: false, _statistics);
    }

    void Post(bool isIdle = false)
    {
        if (_batch is { } full)
        {
            _batch = null;
            _nextBatchBytes = Math.Clamp(full.BytesUsed * 3 / 2, RecordBatchPool.SmallBytes, RecordBatchPool.LargeBytes);
            if (isIdle && _intake.TryWork(full, _statistics))
            {
                return;
            }

            if (_socket.CanSenderWait)
            {
                // A thread of its own, which may block: its senders then do.
                _intake.PostAsync(full, _statistics).AsTask().GetAwaiter().GetResult();
                return;
            }

            _intake.PostOrDrop(full, _statistics);
        }
    }
}
