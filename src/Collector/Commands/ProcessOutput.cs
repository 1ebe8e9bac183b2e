using System.Runtime.InteropServices;
using Collector.Outputs;
using Microsoft.Win32.SafeHandles;

namespace Collector.Commands;

/// <summary>A standard stream that tells when its reader has gone: .NET's own swallows that, and a long run would go on for nobody behind <c>| head</c>.</summary>
/// <remarks>No <see cref="FileStream"/>: that one keeps a position of its own, and a file that also takes standard error would be overwritten.</remarks>
sealed class ProcessOutput(int descriptor) : Stream
{
    // Whoever shares the descriptor may have made it non-blocking.
    const int PollMs = 1_000;

    readonly SafeFileHandle _handle = new(descriptor, ownsHandle: false);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="IOException">Nobody reads any more, or the disk is full.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = Posix.Write(_handle, buffer);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() is var error && error == Posix.Eagain)
            {
                Posix.WaitWritable(_handle, PollMs);
            }
            else
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
