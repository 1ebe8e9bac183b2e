using Collector.Outputs.Files;

namespace Collector.Outputs.DeadLetters;

/// <summary>The file of dead letters and those before it: opened when there is one to write, begun anew when it is full.</summary>
/// <remarks>Used by one task. A write is in the file whole or not at all.</remarks>
sealed class DeadLetterFile(DeadLetterOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    const int Mode = 0x180; // 0600: what was refused may be what nobody was meant to see.

    readonly FileArchive _archive = new(
        new FileOutputOptions { Path = options.Path, KeepFiles = options.Files - 1, KeepBytes = long.MaxValue, Compress = false }, logger);

    RecordFile? _file;

    /// <param name="lines">Whole lines.</param>
    /// <returns>Empty, or what is wrong.</returns>
    public string Append(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_file is not null && _file.IsMovedFrom(options.Path))
            {
                Close();
            }

            string problem = "";
            _file ??= Open(out problem);
            if (_file is { Size: > 0 and var size } && size + lines.Length > options.FileBytesMax)
            {
                Rotate();
                _file = Open(out problem);
            }

            return _file is null ? problem : Append(_file, lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return OneLine.Of(e.Message);
        }
    }

    public void Dispose() => Close();

    static string Append(RecordFile file, ReadOnlySpan<byte> lines)
    {
        long start = file.Size;
        int error = file.Append(lines);
        if (error == 0)
        {
            return "";
        }

        file.CutTo(start);
        return Posix.Describe(error);
    }

    RecordFile? Open(out string problem)
    {
#pragma warning disable CA1416 // Linux only.
        Directory.CreateDirectory(Path.GetDirectoryName(options.Path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        RecordFile? file = RecordFile.TryOpen(options.Path, Mode, out _, out problem);
        file?.MendTail();
        return file;
    }

    void Rotate()
    {
        File.Move(options.Path, RotatedName.For(options.Path, time.GetUtcNow()));
        Close();
        _archive.Tidy(CancellationToken.None);
    }

    void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
