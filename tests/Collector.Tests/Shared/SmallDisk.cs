using System.Diagnostics;

namespace Collector.Tests.Shared;

/// <summary>A file system in memory that is full soon. Needs root.</summary>
sealed class SmallDisk : IDisposable
{
    SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <param name="path">Folder to make and mount it on.</param>
    /// <param name="size">As tmpfs takes it: <c>64k</c>.</param>
    /// <returns>Null: not allowed here.</returns>
    public static SmallDisk? TryMount(string path, string size)
    {
        Directory.CreateDirectory(path);
        return Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path) == 0 ? new SmallDisk(path) : null;
    }

    public void Dispose() => Run("umount", "-l", Path);

    static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
