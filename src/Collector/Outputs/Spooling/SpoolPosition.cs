using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs.Spooling;

/// <summary>The small file that says up to where a spool is done.</summary>
/// <remarks>
/// Two slots are written in turn, each with a checksum, so that one is whole whatever happens; positions only grow, so the further one counts.
/// Written after each block without waiting for the disk: a kill of the process repeats one block at most, a loss of power what the kernel had not
/// written yet. Any thread.
/// </remarks>
sealed class SpoolPosition : IDisposable
{
    public const string FileName = "position";

    // Magic (8), number of the segment (8), offset in it (8), checksum (8).
    const int SlotBytes = 32;

    static ReadOnlySpan<byte> Magic => "COLSPOS1"u8;

    readonly Lock _lock = new();
    readonly SafeFileHandle _handle;
    int _slot;

    SpoolPosition(SafeFileHandle handle) => _handle = handle;

    /// <summary>All files before this one are done.</summary>
    public ulong Number { get; private set; }

    /// <summary>Where in the file the first block begins that is not done.</summary>
    public long Offset { get; private set; }

    /// <returns>Null: the error number says why.</returns>
    public static SpoolPosition? TryOpen(string folder, out int error)
    {
        SafeFileHandle handle = Posix.OpenToChange(Path.Combine(folder, FileName));
        if (handle.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            return null;
        }

        error = 0;
        SpoolPosition position = new(handle);
        position.Load();
        return position;
    }

    public void Move(ulong number, long offset)
    {
        Span<byte> slot = stackalloc byte[SlotBytes];
        Magic.CopyTo(slot);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], number);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], XxHash3.HashToUInt64(slot[..24]));
        lock (_lock)
        {
            if (number < Number || (number == Number && offset <= Offset))
            {
                return;
            }

            (Number, Offset) = (number, offset);
            try
            {
                RandomAccess.Write(_handle, slot, _slot * SlotBytes);
                _slot ^= 1;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // An older position: blocks are sent again after a restart, none is lost.
            }
        }
    }

    public void Dispose()
    {
        _ = Posix.SyncData(_handle);
        _handle.Dispose();
    }

    void Load()
    {
        Span<byte> slots = stackalloc byte[2 * SlotBytes];
        int length;
        try
        {
            length = RandomAccess.Read(_handle, slots, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        for (int i = 0; (i + 1) * SlotBytes <= length; i++)
        {
            ReadOnlySpan<byte> slot = slots.Slice(i * SlotBytes, SlotBytes);
            ulong number = BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]);
            long offset = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
            if (slot.StartsWith(Magic) && BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]) == XxHash3.HashToUInt64(slot[..24])
                && (number, offset).CompareTo((Number, Offset)) > 0)
            {
                (Number, Offset) = (number, offset);
                _slot = i ^ 1;
            }
        }
    }
}
