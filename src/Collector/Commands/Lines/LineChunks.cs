using System.IO.Compression;
using Receivers;

namespace Collector.Commands.Lines;

/// <summary>Cuts a stream into batches of whole lines, with bounded memory whatever the stream holds.</summary>
/// <remarks>A batch is given out when its buffer is full or when the stream has nothing more for now, so that a pipe is followed as it goes.</remarks>
sealed class LineChunks(Stream stream, RecordBatchPool pool) : IDisposable
{
    /// <summary>Longest line that is read whole: an OTLP request of a usual exporter. The rest of a longer one is left out.</summary>
    public const int LineBytesMax = 4 << 20;

    RecordBatch? _current;
    bool _isSkipping;
    bool _isAtEnd;

    /// <summary>Lines of which the end was left out.</summary>
    public long CutLines { get; private set; }

    /// <summary>Undoes gzip, which two magic bytes announce, whatever the file's name is.</summary>
    /// <param name="raw">Owned by what is returned.</param>
    public static Stream Open(Stream raw)
    {
        BufferedStream buffered = new(raw, 128 * 1024);
        byte[] magic = new byte[2];
        int length = buffered.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        Stream whole = new PrefixedStream(magic.AsMemory(0, length), buffered);
        return length == 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }

    /// <returns>The next lines: <see cref="RecordBatch.BytesUsed"/> bytes, the last line perhaps without its end. Null at the end. The caller releases it.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The gzip data is damaged.</exception>
    public RecordBatch? Next()
    {
        RecordBatch batch = _current ?? pool.Rent(RecordBatchPool.SmallBytes);
        _current = null;
        while (!_isAtEnd)
        {
            int read = stream.Read(batch.Buffer, batch.BytesUsed, batch.Buffer.Length - batch.BytesUsed);
            _isAtEnd = read == 0;
            int start = batch.BytesUsed;
            batch.BytesUsed += read;
            if (_isSkipping && !SkipToNewline(batch))
            {
                continue;
            }

            int lastNewline = batch.Buffer.AsSpan(start, batch.BytesUsed - start).LastIndexOf((byte)'\n');
            if (lastNewline >= 0)
            {
                KeepRest(batch, start + lastNewline + 1);
                return batch;
            }

            if (batch.BytesUsed == batch.Buffer.Length)
            {
                if (batch.Buffer.Length >= LineBytesMax)
                {
                    CutLines++;
                    _isSkipping = true;
                    return batch;
                }

                batch = Grow(batch);
            }
        }

        if (batch.BytesUsed > 0)
        {
            return batch;
        }

        batch.Release();
        return null;
    }

    public void Dispose()
    {
        _current?.Release();
        _current = null;
        stream.Dispose();
    }

    /// <summary>Drops what belongs to a line that was cut.</summary>
    /// <returns>False when its end is not here yet.</returns>
    bool SkipToNewline(RecordBatch batch)
    {
        int newline = batch.Buffer.AsSpan(0, batch.BytesUsed).IndexOf((byte)'\n');
        if (newline < 0)
        {
            batch.BytesUsed = 0;
            return false;
        }

        _isSkipping = false;
        batch.Buffer.AsSpan(newline + 1, batch.BytesUsed - newline - 1).CopyTo(batch.Buffer);
        batch.BytesUsed -= newline + 1;
        return batch.BytesUsed > 0;
    }

    /// <summary>Moves the beginning of a line behind the last whole one to the next batch.</summary>
    void KeepRest(RecordBatch batch, int end)
    {
        int rest = batch.BytesUsed - end;
        if (rest > 0)
        {
            // Room for at least as much again: a line that is cut at each read would be copied each time.
            _current = pool.Rent(Math.Max(RecordBatchPool.SmallBytes, rest * 2));
            batch.Buffer.AsSpan(end, rest).CopyTo(_current.Buffer);
            _current.BytesUsed = rest;
            batch.BytesUsed = end;
        }
    }

    RecordBatch Grow(RecordBatch batch)
    {
        RecordBatch larger = pool.Rent(Math.Min(LineBytesMax, batch.Buffer.Length * 4));
        batch.Buffer.AsSpan(0, batch.BytesUsed).CopyTo(larger.Buffer);
        larger.BytesUsed = batch.BytesUsed;
        batch.Release();
        return larger;
    }
}
