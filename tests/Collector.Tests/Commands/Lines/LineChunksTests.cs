using System.IO.Compression;
using System.Text;
using Collector.Commands.Lines;
using Receivers;

namespace Collector.Tests.Commands.Lines;

public sealed class LineChunksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8_192)]
    [InlineData(1_000_000)]
    public void Next_ReadsOfAnySize_GiveTheSameLines(int readBytesMax)
    {
        string[] expected = [.. Enumerable.Range(0, 2_000).Select(i => new string((char)('a' + (i % 26)), i % 97)), new string('z', 50_000), "last without an end"];
        byte[] content = Encoding.UTF8.GetBytes(string.Join('\n', expected));
        Assert.Equal(expected, Lines(new SlowStream(content, readBytesMax)));
    }

    [Fact]
    public void Next_LineBeyondTheLimit_IsCutAndTheNextOneIsWhole()
    {
        byte[] content = Encoding.UTF8.GetBytes("first\n" + new string('x', (LineChunks.LineBytesMax * 2) + 5) + "\nsecond\n");
        using LineChunks chunks = new(new SlowStream(content, 1_000_000), new RecordBatchPool());
        List<string> lines = Lines(chunks);
        Assert.Equal(["first", "second"], [lines[0], lines[2]]);
        Assert.InRange(lines[1].Length, LineChunks.LineBytesMax, LineChunks.LineBytesMax * 2);
        Assert.Equal((3, 1), (lines.Count, (int)chunks.CutLines));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("one\ntwo\n")]
    public void Open_Gzip_IsUndone(string text)
    {
        MemoryStream packed = new();
        // Two members, as log rotation that appends makes them.
        foreach (string part in new[] { text, "\nmore\n" })
        {
            using GZipStream gzip = new(packed, CompressionMode.Compress, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes(part));
        }

        Assert.Equal(text + "\nmore\n", Read(packed.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u001f")]
    [InlineData("plain")]
    public void Open_Plain_IsLeftAlone(string text) => Assert.Equal(text, Read(Encoding.UTF8.GetBytes(text)));

    static string Read(byte[] content)
    {
        using StreamReader reader = new(LineChunks.Open(new MemoryStream(content)));
        return reader.ReadToEnd();
    }

    static List<string> Lines(Stream stream)
    {
        using LineChunks chunks = new(stream, new RecordBatchPool());
        return Lines(chunks);
    }

    static List<string> Lines(LineChunks chunks)
    {
        List<string> lines = [];
        while (chunks.Next() is { } batch)
        {
            string text = Encoding.UTF8.GetString(batch.Buffer, 0, batch.BytesUsed);
            lines.AddRange((text.EndsWith('\n') ? text[..^1] : text).Split('\n'));
            batch.Release();
        }

        return lines;
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    sealed class SlowStream(byte[] content, int readBytesMax) : ReadOnlyStream
    {
        int _position;

        public override int Read(Span<byte> buffer)
        {
            int length = Math.Min(Math.Min(buffer.Length, readBytesMax), content.Length - _position);
            content.AsSpan(_position, length).CopyTo(buffer);
            _position += length;
            return length;
        }
    }
}
