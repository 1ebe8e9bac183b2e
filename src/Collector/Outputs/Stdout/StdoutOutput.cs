using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Outputs.Stdout;

/// <summary>Records on standard output: JSON lines for programs, coloured lines for people.</summary>
/// <remarks>A reader that stops reading or goes away costs records of this output only: they are dropped and counted, and nothing waits for it.</remarks>
sealed class StdoutOutput : IOutput
{
    // A write now and then, so that a long batch appears as it is made.
    const int WriteBytes = 64 * 1024;

    readonly StandardStream _stream;
    readonly PayloadBuffer _buffer = new(WriteBytes + (16 * 1024));
    readonly RecordLine _line;
    int _error;
    bool _isInLine;

    /// <param name="name">Name in configuration and metrics.</param>
    /// <param name="line">Writes the records.</param>
    /// <param name="descriptor">1 but for tests.</param>
    public StdoutOutput(string name, RecordLine line, int descriptor = 1)
    {
        Name = name;
        _line = line;
        _stream = new StandardStream(descriptor);
    }

    public static OutputKind Kind { get; } = new OutputKind<StdoutOptions>(
        "stdout",
        "Standard output: a line for each record, coloured on a terminal and JSON elsewhere.",
        new OutputQueueOptions { When = OutputFilter.AtLeast(Classifier.Severity.Critical), QueueBytesMax = 8L << 20 },
        StdoutOptions.Read,
        (name, options, context) => new StdoutOutput(name, LineFor(options, context)));

    public string Name { get; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        for (int at = 0; at < selected.Length && _error != Posix.Epipe;)
        {
            _buffer.Clear();
            if (_isInLine)
            {
                // The last line was cut; the next one must not be glued to it.
                _buffer.WriteByte((byte)'\n');
            }

            for (; at < selected.Length && _buffer.Length < WriteBytes; at++)
            {
                _line.WriteLine(_buffer, batch, selected.Span[at]);
            }

            _isInLine = true;
            _error = await _stream.WriteAsync(_buffer.Memory, cancellationToken).ConfigureAwait(false);
            _isInLine = _error != 0;
            if (_error != 0)
            {
                break;
            }
        }

        return _error switch
        {
            0 => SendOutcome.Delivered,
            Posix.Epipe => SendOutcome.Refused("closed", "nobody reads standard output any more"),
            Posix.Enospc or Posix.Edquot => SendOutcome.Refused("disk_full", Posix.Describe(_error)),
            _ => SendOutcome.Refused("io_error", Posix.Describe(_error)),
        };
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _stream.Dispose();
        _buffer.Dispose();
        return ValueTask.CompletedTask;
    }

    static RecordLine LineFor(StdoutOptions options, OutputContext context)
    {
        bool isTerminal = !System.Console.IsOutputRedirected;
        LineFormat format = options.Format switch
        {
            StdoutFormat.Original => LineFormat.Original,
            StdoutFormat.Text => LineFormat.Text,
            StdoutFormat.Auto when isTerminal => LineFormat.Text,
            _ => LineFormat.Json,
        };

        // https://no-color.org: present and not empty, whatever its value.
        bool isColoured = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new RecordLine(format, new TextLine(isColoured, context.Time.LocalTimeZone));
    }
}
