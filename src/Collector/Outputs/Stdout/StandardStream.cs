using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs.Stdout;

/// <summary>Writes to a descriptor that may be anything, terminal, pipe, socket or file, without ever being stuck in a write.</summary>
/// <remarks>
/// Other processes may share the open file, so its flags are left alone: a terminal is opened a second time, a socket is asked not to wait, and a pipe
/// is written a page at a time when poll(2) says that a page fits. Used by one task.
/// </remarks>
sealed class StandardStream : IDisposable
{
    // PIPE_BUF: what a pipe that polls as writable takes at once (pipe(7)).
    const int PageBytes = 4096;

    // Between two looks at the cancellation.
    const int PollMs = 100;

    readonly SafeFileHandle _handle;
    readonly bool _isSocket;

    /// <param name="descriptor">Open for writing; stays the caller's.</param>
    public StandardStream(int descriptor)
    {
        _handle = new SafeFileHandle(descriptor, ownsHandle: false);
        FileKind kind = Posix.TryStatus(_handle, out FileStatus status) ? status.Kind : FileKind.Other;
        _isSocket = kind == FileKind.Socket;
        if (kind == FileKind.CharacterDevice)
        {
            SafeFileHandle own = Posix.OpenNonBlocking($"/proc/self/fd/{descriptor}");
            if (own.IsInvalid)
            {
                own.Dispose();
            }
            else
            {
                _handle = own;
            }
        }
    }

    /// <summary>Writes all bytes, waiting for a slow reader.</summary>
    /// <returns>0, or the error number.</returns>
    /// <exception cref="OperationCanceledException">Cancelled while it waited.</exception>
    public async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Posix.WaitWritable(_handle, timeoutMs: 0))
            {
                // A thread of its own: a reader that never comes back must not hold one of the pool.
                await Task.Factory.StartNew(
                    () => WaitForReader(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
                continue;
            }

            ReadOnlySpan<byte> piece = bytes.Span[..Math.Min(bytes.Length, PageBytes)];
            nint written = _isSocket ? Posix.SendNow(_handle, piece) : Posix.Write(_handle, piece);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() is var error && error != Posix.Eagain)
            {
                return error;
            }
        }

        return 0;
    }

    public void Dispose() => _handle.Dispose();

    void WaitForReader(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && !Posix.WaitWritable(_handle, PollMs))
        {
        }
    }
}
