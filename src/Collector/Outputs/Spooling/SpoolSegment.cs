using System.Globalization;
using System.Runtime.InteropServices;
using Collector.Outputs.Formats;
using Microsoft.Win32.SafeHandles;

namespace Collector.Outputs.Spooling;

/// <summary>One file of a spool.</summary>
/// <remarks>The writer appends and the consumer reads, each in its own part of the file; what both sides change is guarded by the lock of the spool.</remarks>
sealed class SpoolSegment : IDisposable
{
    public const string Extension = ".seg";

    const int ScanBytes = 64 * 1024;

    readonly SafeFileHandle _handle;

    public SpoolSegment(string path, ulong number, SafeFileHandle handle, long length)
    {
        (Path, Number, _handle, Length, Committed) = (path, number, handle, length, length);
        ReadAt = SpoolFormat.SegmentHeaderBytes;
    }

    public string Path { get; }

    /// <summary>Its place in the order, part of the checksums of its blocks.</summary>
    public ulong Number { get; }

    /// <summary>Bytes written, whether they are safe or not. Writer only.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that are on the disk.</summary>
    public long Committed { get; set; }

    /// <summary>Where the consumer reads next.</summary>
    public long ReadAt { get; set; }

    /// <summary>Records that the consumer has not read, as the headers of their blocks say.</summary>
    public long Records { get; set; }

    /// <summary>Of <see cref="Records"/>, those on the account of this spool.</summary>
    public long Owned { get; set; }

    /// <summary>Something in it is damaged: it is set aside when all else in it is done.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>All of it was read at the start, so its damage is counted.</summary>
    public bool IsScanned { get; set; }

    public static string NameOf(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    public static bool TryParseName(string name, out ulong number)
    {
        number = 0;
        return name.Length == 16 + Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal)
            && ulong.TryParse(name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && NameOf(number) == name;
    }

    /// <summary>Makes a new file with a header in it.</summary>
    /// <returns>Null: the error number says why; no file is left.</returns>
    public static SpoolSegment? TryCreate(string folder, ulong number, out int error)
    {
        string path = System.IO.Path.Combine(folder, NameOf(number));
        SafeFileHandle handle = Posix.OpenNew(path);
        if (handle.IsInvalid)
        {
            error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            return null;
        }

        SpoolSegment segment = new(path, number, handle, 0);
        Span<byte> header = stackalloc byte[SpoolFormat.SegmentHeaderBytes];
        SpoolFormat.WriteSegmentHeader(header, number);
        error = segment.TryAppend(header);
        error = error != 0 ? error : Posix.SyncFolder(folder);
        if (error != 0)
        {
            segment.Dispose();
            TryDelete(path);
            return null;
        }

        segment.Committed = segment.Length;
        return segment;
    }

    /// <returns>0, or the error number; then the file is as long as before, or <see cref="Length"/> says how long it may be.</returns>
    public int TryAppend(ReadOnlySpan<byte> bytes)
    {
        long before = Length;
        while (!bytes.IsEmpty)
        {
            nint written = Posix.Write(_handle, bytes);
            if (written < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                TryCutTo(before);
                return error;
            }

            Length += written;
            bytes = bytes[(int)written..];
        }

        return 0;
    }

    public bool TryCutTo(long length)
    {
        if (Posix.Truncate(_handle, length) != 0)
        {
            return false;
        }

        Length = length;
        return true;
    }

    /// <returns>0, or the error number; what was written since the last time may be lost then, and asking again proves nothing.</returns>
    public int Sync() => Posix.SyncData(_handle) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>The version and number that the file's own header names.</summary>
    public bool TryReadHeader(out int version, out ulong number)
    {
        Span<byte> header = stackalloc byte[SpoolFormat.SegmentHeaderBytes];
        (version, number) = (0, 0);
        return TryRead(header, 0) && SpoolFormat.TryReadSegmentHeader(header, out version, out number);
    }

    /// <summary>Reads the header of a block only.</summary>
    public bool TryReadBlockHeader(long offset, long limit, out BlockHeader header)
    {
        Span<byte> bytes = stackalloc byte[SpoolFormat.BlockHeaderBytes];
        header = default;
        return limit - offset >= bytes.Length && TryRead(bytes, offset)
            && SpoolFormat.TryReadBlockHeader(bytes, Number, offset, out header) && header.PayloadBytes <= limit - offset - bytes.Length;
    }

    /// <summary>Reads a block.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="limit">End of what may be read.</param>
    /// <param name="payload">Holds the payload afterwards.</param>
    /// <param name="header">Of the block, when it is sound.</param>
    /// <returns>False: no block lies there, not all of one, or one whose checksums do not hold.</returns>
    public bool TryReadBlock(long offset, long limit, PayloadBuffer payload, out BlockHeader header)
    {
        payload.Clear();
        // The length is checked against the file before it is asked memory for.
        if (!TryReadBlockHeader(offset, limit, out header)
            || !TryRead(payload.Reserve(header.PayloadBytes)[..header.PayloadBytes], offset + SpoolFormat.BlockHeaderBytes))
        {
            return false;
        }

        payload.Advance(header.PayloadBytes);
        return SpoolFormat.IsSound(payload.Span, header, Number, offset);
    }

    /// <summary>Looks for the next sound block.</summary>
    /// <returns>Where it begins; -1 when there is none.</returns>
    public long FindBlock(long from, long limit, PayloadBuffer payload)
    {
        byte[] window = new byte[ScanBytes];
        while (limit - from >= SpoolFormat.BlockHeaderBytes)
        {
            int length = (int)Math.Min(window.Length, limit - from);
            if (!TryRead(window.AsSpan(0, length), from))
            {
                // A sector that cannot be read: behind it there may be more.
                from += length;
                continue;
            }

            int at = 0;
            while (window.AsSpan(at, length - at).IndexOf(SpoolFormat.BlockMagic) is var found && found >= 0)
            {
                if (TryReadBlock(from + at + found, limit, payload, out _))
                {
                    return from + at + found;
                }

                at += found + 1;
            }

            // A magic may begin in the last bytes.
            from += length - (SpoolFormat.BlockMagic.Length - 1);
        }

        return -1;
    }

    public void Dispose() => _handle.Dispose();

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Found again at the next start, where the position says that it is done.
        }
    }

    bool TryRead(Span<byte> bytes, long offset)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                int read = RandomAccess.Read(_handle, bytes, offset);
                if (read == 0)
                {
                    return false;
                }

                bytes = bytes[read..];
                offset += read;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // Disposed: the oldest file is dropped to make room while the consumer reads in it.
            return false;
        }
    }
}
