using System.Runtime.InteropServices;
using Collector.Outputs.Formats;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs.Files;

/// <summary>A file of lines, open to append, with this process as its one writer.</summary>
/// <remarks>Used under the lock of its output.</remarks>
sealed class RecordFile : IDisposable
{
    /// <summary>0640: logs are for their owner and the log readers' group.</summary>
    public const int LogMode = 0x1A0;

    // A line that a crash cut is looked for in this many bytes at the end.
    const int TailBytesMax = 1024 * 1024;

    readonly SafeFileHandle _handle;
    readonly FileStatus _status;

    RecordFile(SafeFileHandle handle, FileStatus status)
    {
        _handle = handle;
        _status = status;
    }

    /// <summary>Bytes in the file now; asked anew, since others may truncate it.</summary>
    public long Size => Posix.Size(_handle);

    public DateTimeOffset Born => DateTimeOffset.FromUnixTimeSeconds(_status.BornUnixSeconds);

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">Full path; its folder exists.</param>
    /// <param name="mode">Of a file that is made.</param>
    /// <param name="error">Error number; 0 when the system allowed it and <paramref name="problem"/> says what else is wrong.</param>
    /// <param name="problem">For a person; empty on success.</param>
    public static RecordFile? TryOpen(string path, int mode, out int error, out string problem)
    {
        SafeFileHandle handle = Posix.OpenToAppend(path, mode);
        if (handle.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            problem = error == Posix.Eloop ? "it is a symbolic link; name the file itself" : Posix.Describe(error);
            handle.Dispose();
            return null;
        }

        error = 0;
        problem = "";
        if (!Posix.TryStatus(handle, out FileStatus status) || status.Kind != FileKind.Regular)
        {
            problem = "it is not a regular file";
        }
        else if (!Posix.TryLock(handle))
        {
            problem = "another process or output writes to it";
        }

        if (problem.Length > 0)
        {
            handle.Dispose();
            return null;
        }

        return new RecordFile(handle, status);
    }

    /// <summary>True when the path now names another file or none: something moved ours away.</summary>
    public bool IsMovedFrom(string path) => !Posix.TryStatus(path, out FileStatus now) || !now.IsSameFile(_status);

    /// <returns>0, or the error number; some of the bytes may be written then.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written = Posix.Write(_handle, bytes);
            if (written < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            bytes = bytes[(int)written..];
        }

        return 0;
    }

    /// <returns>0, or the error number.</returns>
    public int CutTo(long size) => Posix.Truncate(_handle, size) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <returns>0, or the error number; the state of what was written is then unknown, and asking again proves nothing.</returns>
    public int Sync() => Posix.SyncData(_handle) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Cuts off the start of a record that a crash left at the end; ends a foreign last line with a line feed.</summary>
    /// <returns>Bytes cut off.</returns>
    public long MendTail()
    {
        long size = Size;
        using PayloadBuffer tail = new(TailBytesMax);
        int length = (int)Math.Min(size, TailBytesMax);
        length = length == 0 ? 0 : RandomAccess.Read(_handle, tail.Reserve(length)[..length], size - length);
        tail.Advance(length);
        if (length == 0 || tail.Span[^1] == '\n')
        {
            return 0;
        }

        int lastLine = tail.Span.LastIndexOf((byte)'\n') + 1;
        bool isOurs = tail.Span[lastLine] == '{' && (lastLine > 0 || length == size);
        if (isOurs && CutTo(size - length + lastLine) == 0)
        {
            return length - lastLine;
        }

        Append("\n"u8);
        return 0;
    }

    public void Dispose() => _handle.Dispose();
}
