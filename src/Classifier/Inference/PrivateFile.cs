using System.Runtime.InteropServices;
using Classifier.Models;
using Microsoft.Win32.SafeHandles;

namespace Classifier.Inference;

/// <summary>Files that have no name and die with their last user: in memory, or unlinked in a folder.</summary>
/// <remarks>Source of the constants: linux/memfd.h, linux/fcntl.h, asm-generic/errno-base.h (x86-64 and arm64 agree but for O_TMPFILE's O_DIRECTORY bit).</remarks>
static unsafe partial class PrivateFile
{
    const uint MemfdCloseOnExec = 1;
    const uint MemfdAllowSealing = 2;
    const uint MemfdExec = 16;
    const int AddSeals = 1033;
    const int SealSealShrinkGrowWrite = 1 | 2 | 4 | 8;
    const int InvalidArgument = 22;
    const int OpenReadWrite = 2;
    const int OpenCloseOnExec = 0x80000;
    const int OwnerReadWriteExecute = 0x1C0;

    // A megabyte at a time, so that of the source no more than that is resident.
    const int ChunkBytes = 1024 * 1024;

    static int OpenTemporary => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x404000 : 0x410000;

    /// <summary>A sealed file in memory: nobody, this process included, can change it any more.</summary>
    /// <returns>Null when the host forbids it; <paramref name="problem"/> says what it answered.</returns>
    public static SafeFileHandle? CreateInMemory(string name, ReadOnlySpan<byte> content, bool isMapped, out string problem)
    {
        // MFD_EXEC asks for a file that may be run where vm.memfd_noexec=1; kernels before 6.3 do not know it.
        int file = MemfdCreate(name, MemfdCloseOnExec | MemfdAllowSealing | MemfdExec);
        if (file < 0 && Marshal.GetLastPInvokeError() == InvalidArgument)
        {
            file = MemfdCreate(name, MemfdCloseOnExec | MemfdAllowSealing);
        }

        SafeFileHandle? handle = Fill(file, content, isMapped, out problem);
        if (handle is not null)
        {
            _ = Fcntl(file, AddSeals, SealSealShrinkGrowWrite);
        }

        return handle;
    }

    /// <summary>A file in <paramref name="folder"/> that never had a name (O_TMPFILE).</summary>
    /// <returns>Null when the folder or its file system refuses; <paramref name="problem"/> says what it answered.</returns>
    public static SafeFileHandle? CreateUnlinked(string folder, ReadOnlySpan<byte> content, bool isMapped, out string problem) =>
        Fill(Open(folder, OpenTemporary | OpenReadWrite | OpenCloseOnExec, OwnerReadWriteExecute), content, isMapped, out problem);

    /// <summary>A path under which this process can open the file.</summary>
    public static string PathOf(SafeFileHandle file) => $"/proc/self/fd/{file.DangerousGetHandle()}";

    static SafeFileHandle? Fill(int file, ReadOnlySpan<byte> content, bool isMapped, out string problem)
    {
        problem = "";
        if (file < 0)
        {
            problem = Marshal.GetLastPInvokeErrorMessage();
            return null;
        }

        SafeFileHandle handle = new(file, ownsHandle: true);
        while (!content.IsEmpty)
        {
            ReadOnlySpan<byte> chunk = content[..Math.Min(ChunkBytes, content.Length)];
            nint written;
            fixed (byte* first = chunk)
            {
                written = Write(file, first, (nuint)chunk.Length);
            }

            if (written <= 0)
            {
                problem = Marshal.GetLastPInvokeErrorMessage();
                handle.Dispose();
                return null;
            }

            if (isMapped)
            {
                EmbeddedFile.ReleasePages(chunk);
            }

            content = content[(int)written..];
        }

        return handle;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(int file, int command, int argument);
}
