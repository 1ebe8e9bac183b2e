using Collector.Outputs.Formats;
using Collector.Pipeline;

namespace Collector.Outputs.Files;

/// <summary>Records as lines in a file that rotates.</summary>
/// <remarks>
/// A batch is in the file whole or not at all: what a full disk left of it is cut off before the answer, so the queue can try again and no reader
/// sees half a record. The file is followed when something moves it away, as logrotate does.
/// </remarks>
sealed partial class FileOutput : IOutput, IReopenable
{
    // A system call for some 700 records; the page cache takes it in 50 µs.
    const int WriteBytes = 256 * 1024;

    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan RotateAgainAfter = TimeSpan.FromMinutes(1);

    readonly FileOutputOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly FileArchive _archive;

    // Under the lock: the queue's task writes, a reload reopens.
    readonly Lock _lock = new();
    readonly PayloadBuffer _buffer = new(WriteBytes + (64 * 1024));
    readonly RecordLine _line;
    RecordFile? _file;
    DateTimeOffset _born;
    DateTimeOffset _rotateNotBefore;
    long _lookedAt;
    long _cutTo = -1;

    public FileOutput(string name, FileOutputOptions options, OutputContext context)
    {
        Name = name;
        _options = options;
        _line = new RecordLine(options.Format);
        _time = context.Time;
        _logger = context.Loggers.CreateLogger<FileOutput>();
        _archive = new FileArchive(options, context.Loggers.CreateLogger<FileArchive>());
    }

    // The disk fills and empties again: waiting loses nothing, and 2 s between tries resumes within 5 s of free space.
    public static OutputKind Kind { get; } = new OutputKind<FileOutputOptions>(
        "file",
        "A file of lines, JSON unless told otherwise, that rotates by size and age.",
        new OutputQueueOptions { WhenFull = WhenFull.Block, GiveUpAfter = TimeSpan.Zero, RetryDelayMax = TimeSpan.FromSeconds(2) },
        FileOutputOptions.Read,
        static (name, options, context) => new FileOutput(name, options, context));

    public string Name { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (TryOpen(out int error, out string problem) || IsDiskFull(error))
            {
                _archive.Start();
                return Task.CompletedTask;
            }

            throw new OutputStartException(
                $"outputs.{Name}: cannot write {_options.Path}: {problem}. Name another file under path, or give the user that collector runs as the right to write there.");
        }
    }

    public ValueTask<SendOutcome> SendAsync(ClassifiedBatch batch, ReadOnlyMemory<int> selected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(TryBeReady(out SendOutcome refusal) ? Write(batch, selected.Span) : refusal);
        }
    }

    // With "flush" the kernel has it already, with "fsync" the disk does.
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public Task ReopenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Opened with the next batch when it fails now.
            CloseFile();
            _ = TryOpen(out _, out _);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            CloseFile();
            _buffer.Dispose();
        }

        await _archive.DisposeAsync().ConfigureAwait(false);
    }

    static bool IsDiskFull(int error) => error is Posix.Enospc or Posix.Edquot;

    static SendOutcome RetryFor(int error, string detail) => error switch
    {
        Posix.Enospc or Posix.Edquot => SendOutcome.Retry("disk_full", detail),
        Posix.Efbig => SendOutcome.Retry("file_too_large", detail),
        _ => SendOutcome.Retry("io_error", detail),
    };

    /// <summary>The right file is open, and what a failed write left is gone.</summary>
    bool TryBeReady(out SendOutcome refusal)
    {
        if (_file is not null && _time.GetElapsedTime(_lookedAt) >= LookEvery)
        {
            _lookedAt = _time.GetTimestamp();
            if (_file.IsMovedFrom(_options.Path))
            {
                CloseFile();
            }
        }

        if (_file is null && !TryOpen(out int error, out string problem))
        {
            refusal = RetryFor(error, $"{_options.Path}: {problem}");
            return false;
        }

        if (_cutTo >= 0)
        {
            error = _file!.CutTo(_cutTo);
            if (error != 0)
            {
                refusal = RetryFor(error, $"{_options.Path}: {Posix.Describe(error)}");
                return false;
            }

            _cutTo = -1;
        }

        RotateIfDue();
        refusal = default;
        return _file is not null;
    }

    SendOutcome Write(ClassifiedBatch batch, ReadOnlySpan<int> selected)
    {
        RecordFile file = _file!;
        long start = file.Size;
        int error = 0;
        _buffer.Clear();
        foreach (int index in selected)
        {
            _line.WriteLine(_buffer, batch, index);
            if (_buffer.Length >= WriteBytes)
            {
                error = file.Append(_buffer.Span);
                _buffer.Clear();
                if (error != 0)
                {
                    return TakeBack(file, start, error);
                }
            }
        }

        error = file.Append(_buffer.Span);
        if (error != 0)
        {
            return TakeBack(file, start, error);
        }

        if (_options.Durability == FileDurability.Fsync)
        {
            error = file.Sync();
            if (error != 0)
            {
                // After a failed fsync the kernel may have dropped the pages and report success next time: this file is closed for good.
                SendOutcome outcome = TakeBack(file, start, error);
                Rotate();
                return outcome;
            }
        }

        return SendOutcome.Delivered;
    }

    SendOutcome TakeBack(RecordFile file, long start, int error)
    {
        if (file.CutTo(start) != 0)
        {
            _cutTo = start;
        }

        if (error == Posix.Efbig)
        {
            Rotate();
        }

        return RetryFor(error, $"{_options.Path}: {Posix.Describe(error)}");
    }

    void RotateIfDue()
    {
        long size = _file!.Size;
        DateTimeOffset now = _time.GetUtcNow();
        bool isDue = size > 0
            && ((_options.RotateBytes > 0 && size >= _options.RotateBytes) || (_options.RotateEvery > TimeSpan.Zero && now - _born >= _options.RotateEvery));
        if (isDue && now >= _rotateNotBefore)
        {
            Rotate();
        }
    }

    void Rotate()
    {
        try
        {
            File.Move(_options.Path, RotatedName.For(_options.Path, _time.GetUtcNow()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Better a file that is too large than none.
            _rotateNotBefore = _time.GetUtcNow() + RotateAgainAfter;
            LogNotRotated(_options.Path, e.Message);
            return;
        }

        CloseFile();
        _archive.Notify();
        _ = TryOpen(out _, out _);
    }

    bool TryOpen(out int error, out string problem)
    {
        error = 0;
        string folder = Path.GetDirectoryName(_options.Path)!;
        try
        {
#pragma warning disable CA1416 // Linux only.
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
#pragma warning restore CA1416
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return false;
        }

        _file = RecordFile.TryOpen(_options.Path, RecordFile.LogMode, out error, out problem);
        if (_file is null)
        {
            return false;
        }

        long cut = _file.MendTail();
        if (cut > 0)
        {
            LogMended(_options.Path, cut);
        }

        if (_options.Durability == FileDurability.Fsync)
        {
            Posix.SyncFolder(folder);
        }

        _lookedAt = _time.GetTimestamp();
        _born = _file.Size == 0 ? _time.GetUtcNow() : _file.Born;
        return true;
    }

    void CloseFile()
    {
        if (_file is not null && _cutTo >= 0)
        {
            _file.CutTo(_cutTo);
        }

        _cutTo = -1;
        _file?.Dispose();
        _file = null;
    }
}
