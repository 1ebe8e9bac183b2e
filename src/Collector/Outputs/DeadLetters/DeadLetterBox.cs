using System.Text;
using System.Threading.Channels;
using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.DeadLetters;

/// <summary>Keeps what outputs are refused for good, a JSON line each: the record, and who refused it, why and when.</summary>
/// <remarks>
/// One for all outputs. Who brings records never waits: they are written down as text at once, and a task puts that into the file. Bounded: when the text that
/// waits for the disk has reached its bound, or the disk takes none, the records are counted as lost letters. Safe on any thread.
/// </remarks>
sealed partial class DeadLetterBox : IAsyncDisposable
{
    // Some thousand records: a disk that is away for longer than that is not waited for.
    const int WaitingBytesMax = 4 << 20;

    readonly DeadLetterOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly MinuteGate _gate;
    readonly Channel<Letters> _waiting = Channel.CreateUnbounded<Letters>(new UnboundedChannelOptions { SingleReader = true });
    readonly Task _writing;

    // Under the lock.
    readonly Lock _lock = new();
    readonly RecordJson _json = new();
    readonly PayloadBuffer _text = new();

    int _waitingBytes;

    public DeadLetterBox(DeadLetterOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _time = time;
        _gate = new MinuteGate(time);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Takes as many of the records as there is room for, and counts them in the output's books: when they are in the file, or when they are lost.</summary>
    /// <param name="books">Of the output.</param>
    /// <param name="batch">Read during the call only.</param>
    /// <param name="records">Of the batch.</param>
    /// <param name="reason">One of a fixed list.</param>
    /// <param name="detail">May hold text from outside.</param>
    public void Add(OutputStatistics books, ClassifiedBatch batch, ReadOnlySpan<int> records, string reason, string detail)
    {
        int taken = 0;
        lock (_lock)
        {
            byte[] why = Why(books.Output, reason, detail);
            _text.Clear();
            foreach (int index in records)
            {
                if (Volatile.Read(ref _waitingBytes) + _text.Length >= WaitingBytesMax)
                {
                    break;
                }

                _json.Write(_text, batch, index);
                // Inside the object, behind its last member.
                _text.CutTo(_text.Length - 1);
                _text.Write(why);
                taken++;
            }

            if (taken > 0)
            {
                Interlocked.Add(ref _waitingBytes, _text.Length);
                if (!_waiting.Writer.TryWrite(new Letters(_text.Span.ToArray(), taken, books)))
                {
                    taken = 0;
                }
            }
        }

        if (taken < records.Length)
        {
            Lose(books, records.Length - taken, "more at once than the disk takes");
        }
    }

    /// <summary>Writes what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        lock (_lock)
        {
            _text.Dispose();
        }
    }

    byte[] Why(string output, string reason, string detail)
    {
        using PayloadBuffer why = new(512);
        why.Write(",\"dead_letter\":{\"output\":"u8);
        JsonText.Write(why, Encoding.UTF8.GetBytes(output));
        why.Write(",\"reason\":"u8);
        JsonText.Write(why, Encoding.UTF8.GetBytes(reason));
        if (detail.Length > 0)
        {
            why.Write(",\"detail\":"u8);
            JsonText.Write(why, Encoding.UTF8.GetBytes(OneLine.Of(detail)));
        }

        why.Write(",\"time\":\""u8);
        Rfc3339.Write(why.Reserve(Rfc3339.Length), _time.UnixNano());
        why.Advance(Rfc3339.Length);
        why.Write("\"}}\n"u8);
        return why.Span.ToArray();
    }

    async Task WriteAsync()
    {
        using DeadLetterFile file = new(_options, _time, _logger);
        await foreach (Letters letters in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            string problem = file.Append(letters.Lines);
            Interlocked.Add(ref _waitingBytes, -letters.Lines.Length);
            if (problem.Length == 0)
            {
                letters.Books.AddDeadLetters(letters.Records);
            }
            else
            {
                Lose(letters.Books, letters.Records, problem);
            }
        }
    }

    void Lose(OutputStatistics books, int records, string problem)
    {
        books.AddLostDeadLetters(records);
        if (_gate.TryPass(records, out long total))
        {
            LogLost(total, _options.Path, problem);
        }
    }

    [LoggerMessage(3501, LogLevel.Warning, "{Records} refused records were not written to {Path}: {Problem}")]
    partial void LogLost(long records, string path, string problem);

    readonly record struct Letters(byte[] Lines, int Records, OutputStatistics Books);
}
