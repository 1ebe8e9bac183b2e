using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs;

/// <summary>The few system calls whose exact answers matter here: how much was written, and why not more. Linux.</summary>
/// <remarks>Each call that can fail answers -1 and leaves the error number in <see cref="Marshal.GetLastPInvokeError"/>. Interrupted calls are repeated.</remarks>
static partial class Posix
{
    public const int Eintr = 4;
    public const int Eio = 5;
    public const int Eagain = 11;
    public const int Efbig = 27;
    public const int Enospc = 28;
    public const int Epipe = 32;
    public const int Eloop = 40;
    public const int Edquot = 122;

    // Linux: the same on x86-64 and arm64 but for O_NOFOLLOW (asm/fcntl.h).
    const int WriteOnly = 0x1;
    const int ReadWrite = 0x2;
    const int Create = 0x40;
    const int Exclusive = 0x80;
    const int Append = 0x400;
    const int NonBlock = 0x800;
    const int CloseOnExec = 0x80000;

    const int OwnFileMode = 0x180; // 0600

    // As the threads that run the model (setpriority(2)): a third of a core that a usual thread wants too.
    const int LowNice = 5;

    const int SetFileLock = 37; // F_OFD_SETLK
    const short WriteLock = 1; // F_WRLCK
    const int SeekEnd = 2;
    const int MsgDontWait = 0x40;
    const int MsgNoSignal = 0x4000;
    const short PollOut = 4;
    const short PollError = 8;
    const short PollHangUp = 0x10;
    const short PollReadHangUp = 0x2000;

    static int NoFollow { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens a file to append to, makes it with this mode, and refuses a symbolic link (<see cref="Eloop"/>). Never waits for a FIFO's reader.</summary>
    public static SafeFileHandle OpenToAppend(string path, int mode) =>
        new(Open(path, ReadWrite | Create | Append | NonBlock | CloseOnExec | NoFollow, mode), ownsHandle: true);

    /// <summary>Makes a file of our own to append to; fails where there is one.</summary>
    public static SafeFileHandle OpenNew(string path) =>
        new(Open(path, ReadWrite | Create | Exclusive | Append | CloseOnExec | NoFollow, OwnFileMode), ownsHandle: true);

    /// <summary>Opens a file of our own to read and to append to; refuses a symbolic link, and never waits for a FIFO.</summary>
    public static SafeFileHandle OpenExisting(string path) => new(Open(path, ReadWrite | Append | NonBlock | CloseOnExec | NoFollow, 0), ownsHandle: true);

    /// <summary>Opens or makes a file of our own that is written anywhere; refuses a symbolic link.</summary>
    public static SafeFileHandle OpenToChange(string path) =>
        new(Open(path, ReadWrite | Create | NonBlock | CloseOnExec | NoFollow, OwnFileMode), ownsHandle: true);

    /// <summary>Opens what a descriptor stands for a second time, so that not waiting is ours alone.</summary>
    public static SafeFileHandle OpenNonBlocking(string path) => new(Open(path, WriteOnly | NonBlock | CloseOnExec, 0), ownsHandle: true);

    /// <returns>Bytes written, perhaps fewer than given; -1 on failure.</returns>
    public static nint Write(SafeHandle file, ReadOnlySpan<byte> bytes)
    {
        nint written;
        do
        {
            written = WriteCore(file, bytes, bytes.Length);
        }
        while (written < 0 && Marshal.GetLastPInvokeError() == Eintr);
        return written;
    }

    /// <summary>As <see cref="Write"/>, to a socket, without waiting.</summary>
    public static nint SendNow(SafeHandle socket, ReadOnlySpan<byte> bytes)
    {
        nint written;
        do
        {
            written = SendCore(socket, bytes, bytes.Length, MsgDontWait | MsgNoSignal);
        }
        while (written < 0 && Marshal.GetLastPInvokeError() == Eintr);
        return written;
    }

    /// <returns>True: a write now takes at least a page, or fails at once.</returns>
    public static bool WaitWritable(SafeHandle file, int timeoutMs) => Poll(file, PollOut, timeoutMs) != 0;

    /// <returns>True: the far side of a connection has closed or reset it, whatever is still there to be read before its end.</returns>
    public static bool IsPeerGone(SafeHandle socket) => (Poll(socket, PollReadHangUp, 0) & (PollReadHangUp | PollHangUp | PollError)) != 0;

    /// <returns>What happened; 0 for nothing in that time.</returns>
    static short Poll(SafeHandle file, short events, int timeoutMs)
    {
        bool isAdded = false;
        try
        {
            file.DangerousAddRef(ref isAdded);
            PollFd poll = new() { Fd = (int)file.DangerousGetHandle(), Events = events };
            return PollCore(ref poll, 1, timeoutMs) > 0 ? poll.Returned : (short)0;
        }
        finally
        {
            if (isAdded)
            {
                file.DangerousRelease();
            }
        }
    }

    public static long Size(SafeHandle file) => Seek(file, 0, SeekEnd);

    /// <summary>Tries to become the one writer of a file. A lock of the open file description: readers that use flock(2), as .NET's do, are not kept out.</summary>
    public static bool TryLock(SafeHandle file)
    {
        FileLock whole = new() { Type = WriteLock };
        return Fcntl(file, SetFileLock, ref whole) == 0;
    }

    /// <summary>Puts the written bytes and the size on the disk.</summary>
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate64", SetLastError = true)]
    public static partial int Truncate(SafeHandle file, long length);

    /// <summary>Puts the names in a folder on the disk: a new or renamed file is safe after that.</summary>
    /// <returns>0, or the error number.</returns>
    public static int SyncFolder(string path)
    {
        using SafeFileHandle folder = new(Open(path, CloseOnExec, 0), ownsHandle: true);
        return folder.IsInvalid || SyncCore(folder) != 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>What an error number means, in the system's words.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncCore(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCore(SafeHandle file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCore(SafeHandle socket, ReadOnlySpan<byte> bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    private static partial long Seek(SafeHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fcntl64", SetLastError = true)]
    private static partial int Fcntl(SafeHandle file, int command, ref FileLock argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCore(ref PollFd polls, nuint count, int timeoutMs);

    // struct flock (asm-generic/fcntl.h); from byte 0 to the end when all is 0.
    [StructLayout(LayoutKind.Sequential)]
    struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    /// <summary>The calling thread goes after those that move records. What is not allowed does not happen.</summary>
    public static void LowerPriority() => _ = SetPriority(0, 0, LowNice);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);
}
