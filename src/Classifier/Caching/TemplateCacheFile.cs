using System.Buffers.Binary;
using System.IO.Hashing;
using Classifier.Inference;

namespace Classifier.Caching;

/// <summary>The template cache on disk: written beside and renamed over, so that the file is whole or the old one.</summary>
/// <remarks>
/// Little-endian. Header of 32 bytes: <c>COLLTMPL</c>, format version (4), bytes an entry (4), identity of the model (16). Then entries: key high (8), key
/// low (8), answer with the heat in bits 56 and 57 (8), tally (8). Then examples: key (16), minutes of the first (4), tally of misses (8), length (4), text.
/// Last, number of entries (8) and XXH3-128 of all before it (16). A file that is damaged or of another model is renamed to
/// <c>templates.cache.set-aside</c>, over an earlier one.
/// </remarks>
static class TemplateCacheFile
{
    public const string FileName = "templates.cache";
    public const string AsideSuffix = ".set-aside";

    const int FormatVersion = 2;
    const int HeaderBytes = 32;
    const int EntryBytes = 32;
    const int ExampleHeadBytes = 32;
    const int FooterBytes = 8 + ChecksumBytes;
    const int ChecksumBytes = 16;
    const int ExamplesBytesMax = TemplateExamples.CountMax * (ExampleHeadBytes + TemplateExamples.TextBytesMax);
    const int HeatShift = 56;
    const int ChunkBytes = EntryBytes * 8_192;

    static ReadOnlySpan<byte> Magic => "COLLTMPL"u8;

    /// <summary>Writes the cache.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="cache">May change meanwhile.</param>
    /// <param name="examples">The same.</param>
    /// <param name="identity">Of the model whose answers it holds.</param>
    /// <returns>Entries written.</returns>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: not written; an older file is as it was.</exception>
    public static int Save(string folder, TemplateCache cache, TemplateExamples examples, UInt128 identity)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, FileName);
        string written = path + ".new";
        int count = 0;
        using (FileStream file = new(written, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024))
        {
            XxHash128 checksum = new();
            byte[] buffer = new byte[ChunkBytes];
            Write(file, checksum, Header(identity, buffer));
            foreach (IReadOnlyList<SavedTemplate> piece in cache.Snapshot())
            {
                Write(file, checksum, Encode(piece, buffer));
                count += piece.Count;
            }

            foreach ((TemplateKey key, Example example) in examples.All())
            {
                Write(file, checksum, Encode(key, example, buffer));
            }

            BinaryPrimitives.WriteInt64LittleEndian(buffer, count);
            Write(file, checksum, buffer.AsSpan(0, FooterBytes - ChecksumBytes));
            checksum.GetCurrentHash(buffer);
            file.Write(buffer, 0, ChecksumBytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(written, path, overwrite: true);
        return count;
    }

    /// <summary>Reads a file into the cache, or sets it aside.</summary>
    /// <param name="folder">May not exist.</param>
    /// <param name="cache">Receives the entries, and <paramref name="examples"/> theirs; nothing when the file is not good from end to end.</param>
    /// <param name="examples">Receives the examples.</param>
    /// <param name="identity">Of the model that is loaded.</param>
    /// <param name="problem">Why the file was set aside or cannot be read; empty when it was read or there is none.</param>
    /// <returns>Entries read.</returns>
    public static int Load(string folder, TemplateCache cache, TemplateExamples examples, UInt128 identity, out string problem)
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
                return Read(file, cache, examples);
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
        if (file.Length < HeaderBytes + FooterBytes)
        {
            return $"damaged: {file.Length} bytes are too few";
        }

        byte[] buffer = new byte[ChunkBytes];
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
        for (long left = file.Length - HeaderBytes - ChecksumBytes; left > 0;)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            file.ReadExactly(chunk);
            checksum.Append(chunk);
            left -= chunk.Length;
        }

        Span<byte> stored = buffer.AsSpan(0, ChecksumBytes);
        file.ReadExactly(stored);
        return stored.SequenceEqual(checksum.GetCurrentHash()) ? "" : "damaged: the checksum does not fit";
    }

    /// <summary>Reads a file that was checked. Lengths are looked at all the same: a checksum is no proof against a bug in what wrote it.</summary>
    static int Read(FileStream file, TemplateCache cache, TemplateExamples examples)
    {
        byte[] buffer = new byte[ChunkBytes];
        file.Position = file.Length - FooterBytes;
        file.ReadExactly(buffer, 0, FooterBytes);
        long bodyBytes = file.Length - HeaderBytes - FooterBytes;
        long entriesBytes = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(buffer), 0, bodyBytes / EntryBytes) * EntryBytes;
        int count = 0;
        file.Position = HeaderBytes;
        for (long left = entriesBytes; left > 0;)
        {
            Span<byte> chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, left));
            file.ReadExactly(chunk);
            left -= chunk.Length;
            for (; !chunk.IsEmpty; chunk = chunk[EntryBytes..])
            {
                SavedTemplate saved = Decode(chunk);
                if (saved.Answer.IsValid)
                {
                    cache.Restore(saved);
                    count++;
                }
            }
        }

        byte[] rest = new byte[Math.Min(ExamplesBytesMax, bodyBytes - entriesBytes)];
        file.ReadExactly(rest);
        ReadExamples(rest, examples);
        return count;
    }

    static void ReadExamples(ReadOnlySpan<byte> bytes, TemplateExamples examples)
    {
        while (bytes.Length >= ExampleHeadBytes)
        {
            TemplateKey key = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            uint first = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
            Tally misses = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]));
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]), (uint)(bytes.Length - ExampleHeadBytes));
            examples.Restore(key, new Example(bytes.Slice(ExampleHeadBytes, length).ToArray(), first, misses));
            bytes = bytes[(ExampleHeadBytes + length)..];
        }
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
            BinaryPrimitives.WriteUInt64LittleEndian(buffer[(at + 24)..], saved.Tally.Bits);
            at += EntryBytes;
        }

        return buffer[..at];
    }

    static SavedTemplate Decode(ReadOnlySpan<byte> entry)
    {
        TemplateKey key = new(BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        Answer answer = new(bits & ~(3UL << HeatShift));
        return new SavedTemplate(key, answer, (uint)(bits >> HeatShift) & 3, new Tally(BinaryPrimitives.ReadUInt64LittleEndian(entry[24..])));
    }

    static ReadOnlySpan<byte> Encode(in TemplateKey key, Example example, Span<byte> buffer)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, key.High);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[8..], key.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[16..], example.FirstMinutes);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[20..], example.Misses.Bits);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[28..], example.Text.Length);
        example.Text.CopyTo(buffer[ExampleHeadBytes..]);
        return buffer[..(ExampleHeadBytes + example.Text.Length)];
    }

    static void Write(FileStream file, XxHash128 checksum, ReadOnlySpan<byte> bytes)
    {
        checksum.Append(bytes);
        file.Write(bytes);
    }
}
