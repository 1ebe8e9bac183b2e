using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs.Spooling;

/// <summary>A spool's folder, which one process and one output have for themselves.</summary>
sealed class SpoolFolder : IDisposable
{
    const string LockName = "lock";

    // What was set aside is for a person to look at, and not for ever: of more than these the oldest goes.
    const int AsideMax = 3;
    const string AsideExtension = ".damaged";

    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly SafeFileHandle _lock;

    SpoolFolder(string path, SafeFileHandle heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    public string Path { get; }

    /// <summary>Takes the folder, and makes it where there is none.</summary>
    /// <param name="path">From the configuration.</param>
    /// <param name="problem">Why not, for a person; empty on success.</param>
    public static SpoolFolder? TryOpen(string path, out string problem)
    {
        // A slash at the end would follow a link.
        path = System.IO.Path.TrimEndingDirectorySeparator(path);
        try
        {
            if (!Posix.TryStatus(path, out FileStatus status))
            {
#pragma warning disable CA1416 // Linux only.
                Directory.CreateDirectory(path, Mode);
#pragma warning restore CA1416
            }
            else if (status.Kind != FileKind.Folder)
            {
                problem = status.Kind == FileKind.Link ? "it is a symbolic link; name the folder itself" : "it is not a folder";
                return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = e.Message;
            return null;
        }

        SafeFileHandle handle = Posix.OpenToChange(System.IO.Path.Combine(path, LockName));
        problem = handle.IsInvalid ? Posix.Describe(Marshal.GetLastPInvokeError())
            : Posix.TryLock(handle) ? ""
            : "another process or output uses it; each output needs a folder of its own";
        if (problem.Length > 0)
        {
            handle.Dispose();
            return null;
        }

        return new SpoolFolder(path, handle);
    }

    /// <summary>The segment files, opened, in no order; and what else lies there.</summary>
    public (List<SpoolSegment> Segments, List<string> Foreign) List()
    {
        List<SpoolSegment> segments = [];
        List<string> foreign = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(Path))
        {
            string name = System.IO.Path.GetFileName(path);
            if (name is LockName or SpoolPosition.FileName || name.EndsWith(AsideExtension, StringComparison.Ordinal))
            {
                continue;
            }

            if (SpoolSegment.TryParseName(name, out ulong number) && TryOpenSegment(path, number) is { } segment)
            {
                segments.Add(segment);
            }
            else
            {
                foreign.Add(name);
            }
        }

        return (segments, foreign);
    }

    /// <summary>Bytes of what was set aside.</summary>
    public long AsideBytes => Asides().Sum(file => file.Length);

    /// <summary>Gives a file another name, under which nothing reads it.</summary>
    /// <returns>The name; null when it could not be done.</returns>
    public string? SetAside(string path)
    {
        string aside = path + AsideExtension;
        try
        {
            File.Move(path, aside, overwrite: true);
            foreach (FileInfo old in Asides().SkipLast(AsideMax))
            {
                old.Delete();
            }

            return System.IO.Path.GetFileName(aside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            SpoolSegment.TryDelete(path);
            return null;
        }
    }

    /// <summary>Deletes what was set aside: records need the room.</summary>
    public void DeleteAsides()
    {
        foreach (FileInfo aside in Asides())
        {
            SpoolSegment.TryDelete(aside.FullName);
        }
    }

    public void Dispose() => _lock.Dispose();

    // Their names begin with their numbers: the oldest is first.
    IOrderedEnumerable<FileInfo> Asides() =>
        new DirectoryInfo(Path).GetFiles("*" + AsideExtension).OrderBy(file => file.Name, StringComparer.Ordinal);

    static SpoolSegment? TryOpenSegment(string path, ulong number)
    {
        SafeFileHandle handle = Posix.OpenExisting(path);
        if (handle.IsInvalid || !Posix.TryStatus(handle, out FileStatus status) || status.Kind != FileKind.Regular)
        {
            handle.Dispose();
            return null;
        }

        SpoolSegment segment = new(path, number, handle, Posix.Size(handle));
        // Its own word counts: names may have been swapped.
        if (segment.TryReadHeader(out _, out ulong own) && own != number)
        {
            segment = new SpoolSegment(path, own, handle, segment.Length);
        }

        return segment;
    }
}
