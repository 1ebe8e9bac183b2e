using System.Threading.Channels;
using Classifier;
using Collector.Outputs;
using Collector.Pipeline;
using Receivers;

namespace Collector.Samples;

/// <summary>Keeps one record of each template on which the model is unsure, in a file that people label.</summary>
/// <remarks>
/// Bounded: so many templates, a queue of 1,024 lines (a template that finds it full comes again), lines of 15 KB at most, 64 MiB in all. A line is one write
/// at the end of the file, which is opened for it: who moves the file away gets it whole, and another one begins. Safe on any thread.
/// </remarks>
sealed partial class UnsureSamples : IAsyncDisposable
{
    const long FileBytesMax = 64 * 1024 * 1024;
    const int QueueMax = 1_024;
    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly SampleOptions _options;
    readonly ILogger _logger;
    readonly MinuteGate _gate;
    readonly SeenTemplates _seen;
    readonly Lock _lock = new();
    readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueueMax) { SingleReader = true });
    readonly Task _writing;
    volatile bool _isFull;

    // A crash may have cut the last line short.
    bool _endsInALine = true;

    /// <summary>Reads what the file holds: its templates do not come again.</summary>
    public UnsureSamples(SampleOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _gate = new MinuteGate(time);
        _seen = new SeenTemplates(options.Max);
        try
        {
            ReadFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(options.File, e.Message);
        }

        _writing = Task.Run(WriteAsync);
    }

    /// <summary>A record with the model's verdict. Hot: allocates for a template that is new here only.</summary>
    public void Look(ClassifiedBatch batch, in LogRecord record, in Verdict verdict)
    {
        if (verdict.Confidence < _options.Below && !_isFull && !_seen.Contains(verdict.TemplateId))
        {
            Keep(batch, record, verdict);
        }
    }

    /// <summary>Writes what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    void Keep(ClassifiedBatch batch, in LogRecord record, in Verdict verdict)
    {
        lock (_lock)
        {
            if (_lines.Reader.Count < QueueMax && _seen.Add(verdict.TemplateId))
            {
                _lines.Writer.TryWrite(SampleLine.Write(batch, record, verdict));
                NoteFull();
            }
        }
    }

    void NoteFull()
    {
        if (_seen.IsFull && !_isFull)
        {
            _isFull = true;
            LogFull(_options.File, _options.Max);
        }
    }

    void ReadFile()
    {
        FileInfo info = new(_options.File);
        if (!info.Exists)
        {
            return;
        }

        if (info.Length > FileBytesMax)
        {
            _isFull = true;
            LogFull(_options.File, _options.Max);
            return;
        }

        byte[] content = File.ReadAllBytes(_options.File);
        _endsInALine = content.Length == 0 || content[^1] == '\n';
        foreach (Range range in content.AsSpan().Split((byte)'\n'))
        {
            if (SampleLine.TryReadTemplate(content.AsSpan(range), out ulong template))
            {
                _seen.Add(template);
            }
        }

        NoteFull();
    }

    async Task WriteAsync()
    {
        await foreach (byte[] line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Append(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (_gate.TryPass(1, out _))
                {
                    LogNotWritten(_options.File, e.Message);
                }
            }
        }
    }

    void Append(byte[] line)
    {
#pragma warning disable CA1416 // Linux only.
        using FileStream file = new(_options.File, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = Mode,
        });
#pragma warning restore CA1416
        if (file.Position + line.Length > FileBytesMax)
        {
            _isFull = true;
            return;
        }

        file.Write(_endsInALine || file.Position == 0 ? line : [(byte)'\n', .. line]);
        _endsInALine = true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Samples of unsure verdicts are not written to {File}: {Problem}")]
    partial void LogNotWritten(string file, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{File} is full of samples ({Max} at most): move it away and reload for more")]
    partial void LogFull(string file, int max);
}
