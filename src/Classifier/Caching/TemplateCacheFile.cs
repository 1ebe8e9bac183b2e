using System.Buffers.Binary;
using System.IO.Hashing;
using Classifier.Inference;

namespace Classifier.Caching;

/// <summary>The template cache on disk: written beside and renamed over, so that the file is whole or the old one.</summary>
/// <remarks>
/// Little-endian. Header of 32 bytes: <c>COLLTMPL</c>, format version (4), bytes an entry (4), identity of the model (16). Then entries: key high (8), key
/// low (8), answer with the heat in bits 56 and 57 (8). Last, XXH3-128 of all before it (16). A file that is damaged or of another model is renamed to
/// <c>templates.cache.set-aside</c>, over an earlier one.
/// </remarks>
static class TemplateCacheFile
{
    public const string FileName = "templates.cache";
    public const string AsideSuffix = ".set-aside";

    const int FormatVersion = 1;
    const int HeaderBytes = 32;
    const int EntryBytes = 24;
    const int ChecksumBytes = 16;
    const int HeatShift = 56;
    const int ChunkBytes = EntryBytes * 8_192;

    static ReadOnlySpan<byte> Magic => "COLLTMPL"u8;

    /// <summary>Writes the cache.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="cache">May change meanwhile.</param>
    /// <param name="identity">Of the model whose answers it holds.</param>
    /// <returns>Entries written.</returns>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: not written; an older file is as it was.</exception>
    public static int Save(string folder, TemplateCache cache, UInt128 identity)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName);
        string written = path + ".new";
        int count = 0;
        using (FileStream file = new(written, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            XxHash128 checksum = new();
            byte[] buffer = new byte[ChunkBytes];
            Write(file, checksum, Header(identity, buffer));
            foreach (IReadOnlyList<SavedTemplate> piece in cache.Snapshot())
            {
                Write(file, checksum, Encode(piece, buffer));
                count += piece.Count;
            }

            checksum.GetCurrentHash(buffer);
            file.Write(buffer, 0, ChecksumBytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(written, path, overwrite: true);
        return count;
    }

    /// <summary>Reads a file into the cache, or sets it aside.</summary>
    /// <param name="folder">May not exist.</param>
    /// <param name="cache">Receives the entries; nothing when the file is not good from end to end.</param>
    /// <param name="identity">Of the model that is loaded.</param>
    /// <param name="problem">Why the file was set aside or cannot be read; empty when it was read or there is none.</param>
    /// <returns>Entries read.</returns>
    public static int Load(string folder, TemplateCache cache, UInt128 identity, out string problem)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path))
            {
                problem = "";
                return 0;
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            problem = Check(file, identity);
            if (problem.Length == 0)
            {
                return Read(file, cache);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: {e.Message}";
            return 0;
        }

        problem = $"{path}: {problem}; {SetAside(path)}";
        return 0;
    }

    static string SetAside(string path)
    {
        try
        {
            File.Move(path, path + AsideSuffix, overwrite: true);
            return $"set aside as {Path.GetFileName(path)}{AsideSuffix}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"cannot be set aside: {e.Message}";
        }
    }

    static string Check(FileStream file, UInt128 identity)
    {
        long entriesBytes = file.Length - HeaderBytes - ChecksumBytes;
        byte[] buffer = new byte[ChunkBytes];
        if (entriesBytes < 0 || entriesBytes % EntryBytes != 0)
        {
            return $"damaged: {file.Length} bytes are no whole number of entries";
        }

        Span<byte> header = buffer.AsSpan(0, HeaderBytes);
        file.ReadExactly(header);
        byte[] expected = new byte[HeaderBytes];
        Header(identity, expected);
        if (!header.StartsWith(Magic))
        {
            return "not a template cache";
        }

        if (!header[..16].SequenceEqual(expected.AsSpan(0, 16)))
        {
            return "of another version of the program";
        }

        if (!header.SequenceEqual(expected))
        {
            return "of another model";
        }

        XxHash128 checksum = new();
        checksum.Append(header);
        while (entriesBytes > 0)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entriesBytes));
            file.ReadExactly(chunk);
            checksum.Append(chunk);
            entriesBytes -= chunk.Length;
        }

        Span<byte> stored = buffer.AsSpan(0, ChecksumBytes);
        file.ReadExactly(stored);
        return stored.SequenceEqual(checksum.GetCurrentHash()) ? "" : "damaged: the checksum does not fit";
    }

    static int Read(FileStream file, TemplateCache cache)
    {
        long entriesBytes = file.Length - HeaderBytes - ChecksumBytes;
        byte[] buffer = new byte[ChunkBytes];
        int count = 0;
        file.Position = HeaderBytes;
        while (entriesBytes > 0)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entriesBytes));
            file.ReadExactly(chunk);
            entriesBytes -= chunk.Length;
            for (; !chunk.IsEmpty; chunk = chunk[EntryBytes..])
            {
                ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(chunk[16..]);
                uint heat = (uint)(bits >> HeatShift) & 3;
                Answer answer = new(bits & ~(3UL << HeatShift));
                if (answer.IsValid)
                {
                    TemplateKey key = new(BinaryPrimitives.ReadUInt64LittleEndian(chunk), BinaryPrimitives.ReadUInt64LittleEndian(chunk[8..]));
                    cache.Restore(new SavedTemplate(key, answer, heat));
                    count++;
                }
            }
        }

        return count;
    }

    static ReadOnlySpan<byte> Header(UInt128 identity, Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], EntryBytes);
        BinaryPrimitives.WriteUInt128LittleEndian(header[16..], identity);
        return header[..HeaderBytes];
    }

    static ReadOnlySpan<byte> Encode(IReadOnlyList<SavedTemplate> piece, Span<byte> buffer)
    {
        int at = 0;
        foreach (SavedTemplate saved in piece)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[at..], saved.Key.High);
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[(at + 8)..], saved.Key.Low);
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[(at + 16)..], saved.Answer.Bits | ((ulong)saved.Heat << HeatShift));
            at += EntryBytes;
        }

        return buffer[..at];
    }

    static void Write(FileStream file, XxHash128 checksum, ReadOnlySpan<byte> bytes)
    {
        checksum.Append(bytes);
        file.Write(bytes);
    }
}
