using System.Buffers.Binary;
using System.IO.Hashing;

namespace Collector.Outputs.Spooling;

/// <summary>The bytes around the records in a segment file; little endian.</summary>
/// <remarks>
/// A file is a header and blocks. The checksums of a block begin from the number of its file and its place in it, so that bytes that lie
/// elsewhere than where they were written are no block, whatever they are.
/// </remarks>
static class SpoolFormat
{
    /// <summary>A file with a higher one was written by a later version and is not touched.</summary>
    public const int Version = 1;

    /// <summary>Magic (8), version (4), zeros (4), number (8), checksum of these (8).</summary>
    public const int SegmentHeaderBytes = 32;

    /// <summary>Magic (4), bytes of the payload (4), records (4), owned records (4), checksum of the payload (8), checksum of these (8).</summary>
    public const int BlockHeaderBytes = 32;

    /// <summary>Payload that a block is closed at: a block is read, sent and, after a crash, sent again as a whole.</summary>
    public const int PayloadBytes = 192 * 1024;

    static ReadOnlySpan<byte> SegmentMagic => "COLSPOOL"u8;

    /// <summary>How a block begins; no byte of it is text.</summary>
    public static ReadOnlySpan<byte> BlockMagic => [0xC5, 0x01, 0xB1, 0xFE];

    public static void WriteSegmentHeader(Span<byte> to, ulong number)
    {
        to[..SegmentHeaderBytes].Clear();
        SegmentMagic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], number);
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], XxHash3.HashToUInt64(to[..24]));
    }

    /// <returns>False: no header, or a damaged one.</returns>
    public static bool TryReadSegmentHeader(ReadOnlySpan<byte> from, out int version, out ulong number)
    {
        (version, number) = (0, 0);
        if (from.Length < SegmentHeaderBytes || !from.StartsWith(SegmentMagic)
            || BinaryPrimitives.ReadUInt64LittleEndian(from[24..]) != XxHash3.HashToUInt64(from[..24]))
        {
            return false;
        }

        version = BinaryPrimitives.ReadInt32LittleEndian(from[8..]);
        number = BinaryPrimitives.ReadUInt64LittleEndian(from[16..]);
        return true;
    }

    /// <summary>Completes a block.</summary>
    /// <param name="block">Room for the header, then the payload.</param>
    /// <param name="records">In the payload.</param>
    /// <param name="owned">Of them.</param>
    /// <param name="number">Of the file it goes to.</param>
    /// <param name="offset">Where in the file.</param>
    public static void WriteBlockHeader(Span<byte> block, int records, int owned, ulong number, long offset)
    {
        long seed = Seed(number, offset);
        BlockMagic.CopyTo(block);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], block.Length - BlockHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], records);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], owned);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], XxHash3.HashToUInt64(block[BlockHeaderBytes..], seed));
        BinaryPrimitives.WriteUInt64LittleEndian(block[24..], XxHash3.HashToUInt64(block[..24], seed));
    }

    /// <returns>False: no block was written there.</returns>
    public static bool TryReadBlockHeader(ReadOnlySpan<byte> from, ulong number, long offset, out BlockHeader header)
    {
        header = default;
        if (from.Length < BlockHeaderBytes || !from.StartsWith(BlockMagic)
            || BinaryPrimitives.ReadUInt64LittleEndian(from[24..]) != XxHash3.HashToUInt64(from[..24], Seed(number, offset)))
        {
            return false;
        }

        header = new BlockHeader(
            BinaryPrimitives.ReadInt32LittleEndian(from[4..]), BinaryPrimitives.ReadInt32LittleEndian(from[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[12..]), BinaryPrimitives.ReadUInt64LittleEndian(from[16..]));
        return header is { PayloadBytes: > 0, Records: > 0, Owned: >= 0 } && header.Owned <= header.Records;
    }

    public static bool IsSound(ReadOnlySpan<byte> payload, in BlockHeader header, ulong number, long offset) =>
        XxHash3.HashToUInt64(payload, Seed(number, offset)) == header.PayloadHash;

    static long Seed(ulong number, long offset) => (long)((number * 0x9E37_79B9_7F4A_7C15) + (ulong)offset);
}
