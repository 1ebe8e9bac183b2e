using System.IO.Compression;

namespace Collector.Outputs.Files;

/// <summary>Compresses closed files in the background and deletes the oldest beyond the limits.</summary>
/// <remarks>
/// A compressed file appears under its name when it is complete and on the disk; the original goes after that. What a crash leaves is cleaned up
/// at the next start. The disk being full costs nothing but the compression.
/// </remarks>
sealed partial class FileArchive(FileOutputOptions options, ILogger logger) : IAsyncDisposable
{
    const int CopyBytes = 128 * 1024;
    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    readonly ILogger _logger = logger;
    readonly SemaphoreSlim _work = new(0);
    readonly CancellationTokenSource _stop = new();
    Task _worker = Task.CompletedTask;

    public void Start() => _worker = Task.Run(RunAsync);

    /// <summary>A file was closed. Never waits.</summary>
    public void Notify() => _work.Release();

    /// <summary>Compresses and deletes what there is to, now.</summary>
    public void Tidy(CancellationToken cancellationToken)
    {
        foreach (string leftover in RotatedName.Find(options.Path, RotatedName.Unfinished))
        {
            File.Delete(leftover);
        }

        try
        {
            foreach (string file in options.Compress ? RotatedName.Find(options.Path, "") : [])
            {
                Compress(file, cancellationToken);
            }
        }
        finally
        {
            // Above all when there was no room to compress.
            DeleteOldest();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        _stop.Dispose();
        _work.Dispose();
    }

    async Task RunAsync()
    {
        try
        {
            while (true)
            {
                TidyOrLog();
                await _work.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    void TidyOrLog()
    {
        try
        {
            Tidy(_stop.Token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tried again when the next file is closed.
            LogTrouble(options.Path, e.Message);
        }
    }

    static void Compress(string file, CancellationToken cancellationToken)
    {
        string unfinished = file + RotatedName.Unfinished;
        try
        {
            using (FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
#pragma warning disable CA1416 // Linux only.
            using (FileStream target = new(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode }))
#pragma warning restore CA1416
            {
                using (GZipStream gzip = new(target, CompressionLevel.Fastest, leaveOpen: true))
                {
                    byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(CopyBytes);
                    for (int read; (read = source.Read(buffer, 0, CopyBytes)) > 0;)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        gzip.Write(buffer, 0, read);
                    }

                    System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
                }

                target.Flush(flushToDisk: true);
            }

            File.SetLastWriteTimeUtc(unfinished, File.GetLastWriteTimeUtc(file));
            File.Move(unfinished, file + RotatedName.Compressed, overwrite: true);
            File.Delete(file);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    void DeleteOldest()
    {
        List<string> files = [.. RotatedName.Find(options.Path, ""), .. RotatedName.Find(options.Path, RotatedName.Compressed)];
        files.Sort(StringComparer.Ordinal);
        long bytes = 0;
        for (int i = files.Count - 1, kept = 0; i >= 0; i--)
        {
            bytes += new FileInfo(files[i]).Length;
            if (++kept > options.KeepFiles || bytes > options.KeepBytes)
            {
                File.Delete(files[i]);
            }
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "Closed files of {Path} were not compressed or deleted: {Problem}")]
    partial void LogTrouble(string path, string problem);
}
