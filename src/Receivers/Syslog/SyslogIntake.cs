using Microsoft.Extensions.Logging;

namespace Receivers.Syslog;

/// <summary>What all listeners of the receiver share: the way from bytes to posted batches.</summary>
sealed class SyslogIntake : IDisposable
{
    readonly UnparsedSampler _unparsed;
    readonly CancellationTokenSource _deadline = new();
    readonly NetworkList _allowed;

    public SyslogIntake(SyslogOptions options, IRecordSink sink, TimeProvider time, ILogger log)
    {
        Options = options;
        Sink = sink;
        Time = time;
        Log = log;
        Zone = new SyslogZone(options.Zone);
        _unparsed = new UnparsedSampler(time);
        _allowed = new NetworkList(options.Allow);
        Proxies = new NetworkList(options.ProxyFrom);
        Senders = new SenderTable(this);
    }

    public SyslogOptions Options { get; }

    public IRecordSink Sink { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public SyslogZone Zone { get; }

    /// <summary>Who may speak for others.</summary>
    public NetworkList Proxies { get; }

    public SenderTable Senders { get; }

    /// <summary>Whether this peer may send; local programs on unix sockets always may.</summary>
    public bool IsAllowed(PeerAddress peer) => _allowed.IsEmpty || !peer.IsKnown || _allowed.Contains(peer);

    /// <summary>Cancelled when the grace period of the stop ends.</summary>
    public CancellationToken Patience => _deadline.Token;

    /// <summary>Counts seconds for rate limits.</summary>
    public long Second(long timestamp) => timestamp / Time.TimestampFrequency;

    /// <summary>A batch that is ready for records of one transport.</summary>
    public RecordBatch Rent(int bytes, string transport)
    {
        RecordBatch batch = Sink.Pool.Rent(bytes);
        batch.Receiver = SyslogReceiver.ReceiverName;
        batch.Transport = transport;
        batch.Format = RecordFormat.Syslog;
        return batch;
    }

    /// <summary>Records that a batch may hold: lines of a few bytes would otherwise cost a hundred times their size.</summary>
    public static int RecordsMax(RecordBatch batch) => batch.Buffer.Length / 64;

    /// <summary>Parses one frame into the batch and keeps the books of its marks.</summary>
    public void Parse(RecordBatch batch, Slice frame, in SyslogParserContext context, ParseMarks framing, bool isAscii, ReceiverStatistics statistics)
    {
        ParseMarks marks = SyslogParser.Parse(batch, frame, context, framing, isAscii);
        if (marks != ParseMarks.None)
        {
            NoteMarks(batch, marks, statistics);
        }
    }

    /// <summary>For a transport that has nothing to read at the moment: see <see cref="IRecordSink.TryWork"/>.</summary>
    public bool TryWork(RecordBatch batch, ReceiverStatistics statistics)
    {
        int records = batch.Count;
        if (!Sink.TryWork(batch))
        {
            return false;
        }

        statistics.AddAccepted(records);
        return true;
    }

    /// <summary>Posts and waits for room; what has none when the process stops is discarded and counted.</summary>
    public async ValueTask PostAsync(RecordBatch batch, ReceiverStatistics statistics)
    {
        int records = batch.Count;
        try
        {
            await Sink.PostAsync(batch, _deadline.Token).ConfigureAwait(false);
            statistics.AddAccepted(records);
        }
        catch (OperationCanceledException)
        {
            statistics.AddRefused(DropReasons.Shutdown, records);
            Sink.Discard(batch, DropReasons.Shutdown);
        }
    }

    /// <summary>Posts without waiting, for a transport whose sender cannot be slowed down.</summary>
    public void PostOrDrop(RecordBatch batch, ReceiverStatistics statistics)
    {
        int records = batch.Count;
        if (Sink.TryPost(batch))
        {
            statistics.AddAccepted(records);
            return;
        }

        statistics.AddRefused(DropReasons.QueueFull, records);
        Sink.Discard(batch, DropReasons.QueueFull);
    }

    /// <summary>Once a minute and peer at most.</summary>
    public void LogWrongProtocol(PeerAddress peer, string protocol, string hint)
    {
        if (_unparsed.TryEnter(peer))
        {
            Log.WrongProtocol(peer, protocol, hint);
        }
    }

    /// <summary>Once a minute and peer at most.</summary>
    public void LogRefused(PeerAddress peer, string reason)
    {
        if (_unparsed.TryEnter(peer))
        {
            Log.ConnectionRefused(peer, reason);
        }
    }

    /// <summary>A peer that cannot be understood any more, or that said goodbye.</summary>
    public void NoteFault(PeerAddress peer, string reason, ReceiverStatistics statistics)
    {
        if (reason != RefusedReasons.RelpClosed)
        {
            statistics.AddRefused(reason);
            LogRefused(peer, reason);
        }
    }

    /// <summary>A connection that we end: a timeout is a refusal, the stop is none.</summary>
    public void NoteEnd(PeerAddress peer, string reason, ReceiverStatistics statistics)
    {
        Log.ConnectionClosed(peer, reason);
        if (reason != DropReasons.Shutdown)
        {
            statistics.AddRefused(reason);
        }
    }

    /// <summary>From now on nothing waits for room any more.</summary>
    public void EndPatience() => _deadline.Cancel();

    /// <summary>A sender is over its limit; the first time it is said.</summary>
    public void NoteLimited(Sender sender, int records, string how)
    {
        if (sender.EnterLimited(records))
        {
            Log.RateLimitEntered(sender.Peer, Options.RateMax, how);
        }
    }

    public void Dispose()
    {
        Senders.Dispose();
        _deadline.Dispose();
    }

    void NoteMarks(RecordBatch batch, ParseMarks marks, ReceiverStatistics statistics)
    {
        statistics.AddMarks(marks);
        if (!UnparsedSampler.IsUnparsed(marks) || !Log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        ref LogRecord record = ref batch.Records[^1];
        PeerAddress peer = batch.Sources[record.Source].Peer;
        if (_unparsed.TryEnter(peer))
        {
            Log.Unparsed(peer, batch.Transport, marks, UnparsedSampler.Sample(batch[record.Original]));
        }
    }
}
