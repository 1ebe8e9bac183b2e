using System.Runtime.InteropServices;

namespace Collector.Outputs;

/// <summary>What kind of thing a file is.</summary>
enum FileKind
{
    Other = 0,
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    Regular = 0x8000,
    Link = 0xA000,
    Socket = 0xC000,
}

/// <summary>Which file it is, and of what kind.</summary>
/// <param name="Kind">From its mode.</param>
/// <param name="Device">Device number.</param>
/// <param name="Inode">Number on the device; both together name the file.</param>
/// <param name="BornUnixSeconds">Time of creation, or of the last change where the file system does not keep it.</param>
readonly record struct FileStatus(FileKind Kind, ulong Device, ulong Inode, long BornUnixSeconds)
{
    public bool IsSameFile(FileStatus other) => Device == other.Device && Inode == other.Inode;
}

// statx(2): the one form of stat whose layout is the same on every architecture (linux/stat.h).
static unsafe partial class Posix
{
    const int AtCwd = -100;
    const int AtEmptyPath = 0x1000;
    const int AtSymlinkNoFollow = 0x100;
    const uint BasicStatsAndBirth = 0x7FF | 0x800;
    const int FileKindMask = 0xF000;

    /// <returns>False: there is no such file or it cannot be asked.</returns>
    public static bool TryStatus(SafeHandle file, out FileStatus status)
    {
        bool isAdded = false;
        try
        {
            file.DangerousAddRef(ref isAdded);
            return TryStatus((int)file.DangerousGetHandle(), "", AtEmptyPath, out status);
        }
        finally
        {
            if (isAdded)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Does not follow a symbolic link.</summary>
    public static bool TryStatus(string path, out FileStatus status) => TryStatus(AtCwd, path, AtSymlinkNoFollow, out status);

    static bool TryStatus(int folder, string path, int flags, out FileStatus status)
    {
        Statx raw;
        if (StatxCore(folder, path, flags, BasicStatsAndBirth, &raw) != 0)
        {
            status = default;
            return false;
        }

        bool hasBirth = (raw.Mask & 0x800) != 0;
        FileKind kind = (FileKind)(raw.Mode & FileKindMask);
        status = new FileStatus(
            Enum.IsDefined(kind) ? kind : FileKind.Other, ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor, raw.Inode, hasBirth ? raw.BirthSeconds : raw.ModifiedSeconds);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxCore(int folder, string path, int flags, uint mask, Statx* status);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct Statx
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(80)]
        public long BirthSeconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
