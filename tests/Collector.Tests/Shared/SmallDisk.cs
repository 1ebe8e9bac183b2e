using System.Runtime.InteropServices;

namespace Collector.Tests.Shared;

/// <summary>A file system in memory that is full soon. Needs root.</summary>
/// <remarks>By system call: a process that is made for a command has, until it becomes that command, the locks of the tests that run beside.</remarks>
sealed partial class SmallDisk : IDisposable
{
    // <sys/mount.h>: MNT_DETACH.
    const int Detach = 2;

    SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <param name="path">Folder to make and mount it on.</param>
    /// <param name="size">As tmpfs takes it: <c>64k</c>.</param>
    /// <returns>Null: not allowed here.</returns>
    public static SmallDisk? TryMount(string path, string size)
    {
        Directory.CreateDirectory(path);
        return Environment.IsPrivilegedProcess && Mount("tmpfs", path, "tmpfs", 0, "size=" + size) == 0 ? new SmallDisk(path) : null;
    }

    public void Dispose() => _ = Unmount(Path, Detach);

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
