namespace Receivers.Syslog;

/// <summary>One datagram socket and the thread that reads it: <c>recvmmsg</c> into slots, each datagram a record, a batch a visit.</summary>
sealed class UdpReader : IDisposable
{
    // Datagrams that come faster than this are read in one visit a millisecond: 200 of them a visit at 200,000 a second, where each would
    // cost a wake-up. A datagram after a silence is read and posted at once.
    const int RestMs = 1;

    const int RoundsMax = 256;

    static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(3);

    readonly SyslogIntake _intake;
    readonly UdpSocket _socket;
    readonly ReceiverStatistics _statistics;
    readonly UdpSlots _slots = new();
    readonly WakeUp _wakeUp = new();
    readonly Thread _thread;
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile string? _problem;
    bool _isStarted;

    // Reader side
    RecordBatch? _batch;
    int _nextBatchBytes = RecordBatchPool.SmallBytes;

    public UdpReader(SyslogIntake intake, UdpSocket socket, ReceiverStatistics statistics)
    {
        _intake = intake;
        _socket = socket;
        _statistics = statistics;
        _thread = new Thread(Run) { IsBackground = true, Name = "syslog udp" };
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
            _problem = "the UDP reader ended by an error: " + e.Message;
            _intake.Log.Failed(e, "UDP reader");
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

        Post();
        uint drops = _socket.TakeDrops();
        if (drops > 0)
        {
            _statistics.AddSocketDrops(drops);
        }

        return received < UdpSlots.Count;
    }

    void Read(int received)
    {
        SyslogParserContext context = new(_intake.NowUnixNano(), _intake.Zone, 0);
        long bytes = 0;
        for (int i = 0; i < received; i++)
        {
            ReadOnlySpan<byte> datagram = _slots.Datagram(i);
            bytes += datagram.Length;
            if (!datagram.IsEmpty)
            {
                Append(datagram, _slots.Peer(i), context);
            }
        }

        _statistics.AddBytes(bytes);
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
        _intake.Parse(_batch, frame, context.For(_intake.Zone, source), framing, _statistics);
    }

    void Post()
    {
        if (_batch is { } full)
        {
            _batch = null;
            _nextBatchBytes = full.BytesUsed > RecordBatchPool.SmallBytes / 2 ? RecordBatchPool.LargeBytes : RecordBatchPool.SmallBytes;
            _intake.PostOrDrop(full, _statistics);
        }
    }
}
