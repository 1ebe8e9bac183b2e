using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.IO.Pipelines;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Receivers.Otlp.Inflating;

/// <summary>Decompresses bodies, with a limit that holds while they grow, whatever the coding.</summary>
/// <remarks>
/// The framework's gzip and zlib streams take a cut body, and one with something behind it, without a word. So the checksum at the end of the body is
/// compared with what came out: it is there only when the body is whole and ends where it should.
/// </remarks>
static class Inflater
{
    /// <summary>8 MiB of window, what RFC 8878 §3.1.1.1.2 asks decoders to support; a frame may ask for 128 MiB in its first bytes.</summary>
    const int ZstdWindowLogMax = 23;

    /// <param name="coding">Not identity.</param>
    /// <param name="body">As it came.</param>
    /// <param name="bytesMax">Limit for the content.</param>
    /// <param name="output">Receives the content, at most one piece more than the limit.</param>
    /// <param name="share">Grows with the content.</param>
    public static InflateStatus Inflate(ContentCoding coding, in ReadOnlySequence<byte> body, long bytesMax, PooledBytes output, ref BodyShare share)
    {
        try
        {
            using Stream source = PipeReader.Create(body).AsStream();
            using Stream stream = Open(coding, source);
            while (true)
            {
                if (!share.TryGrowTo(body.Length + output.Length + 1))
                {
                    return InflateStatus.NoRoom;
                }

                int read = stream.Read(output.Free().Span);
                if (read == 0)
                {
                    break;
                }

                output.Advance(read);
                if (output.Length > bytesMax)
                {
                    return InflateStatus.TooLarge;
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or ZstdException)
        {
            return InflateStatus.Corrupt;
        }

        return IsWhole(coding, in body, output.Bytes) ? InflateStatus.Done : InflateStatus.Corrupt;
    }

    static Stream Open(ContentCoding coding, Stream source)
    {
        switch (coding)
        {
            case ContentCoding.Gzip:
                return new GZipStream(source, CompressionMode.Decompress);
            case ContentCoding.Deflate:
                return new ZLibStream(source, CompressionMode.Decompress);
            default:
                DecompressionStream zstd = new(source);
                zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLogMax);
                return zstd;
        }
    }

    static bool IsWhole(ContentCoding coding, in ReadOnlySequence<byte> body, in ReadOnlySequence<byte> content)
    {
        // zstd's frames say where they end, and its stream says when that was too early.
        int length = coding switch { ContentCoding.Gzip => 8, ContentCoding.Deflate => 4, _ => 0 };
        if (length == 0)
        {
            return body.Length > 0;
        }

        if (body.Length < length)
        {
            return false;
        }

        Span<byte> end = stackalloc byte[8];
        end = end[..length];
        body.Slice(body.Length - length).CopyTo(end);
        if (coding == ContentCoding.Deflate)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(end) == Adler32.Of(in content);
        }

        Crc32 crc = new();
        foreach (ReadOnlyMemory<byte> piece in content)
        {
            crc.Append(piece.Span);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(end) == crc.GetCurrentHashAsUInt32()
            && BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) == (uint)content.Length;
    }
}
