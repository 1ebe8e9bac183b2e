using System.Threading.Channels;
using Collector.Commands.Lines;
using Receivers;

namespace Collector.Commands.Classifying;

/// <summary>Reads sources, classifies on all cores, and hands on the results in the order of the input.</summary>
/// <remarks>Bounded: as many chunks of some 40 lines are under way as the channel holds, whatever the size of the sources.</remarks>
sealed class ClassifyRun(ChunkClassifier classifier, CommandIo io)
{
    // Enough that one chunk of all-new texts does not let the other cores run dry behind it.
    static readonly int ChunksMax = Environment.ProcessorCount * 8;

    readonly RecordBatchPool _pool = new();
    long _bytesRead;

    /// <summary>Bytes read from the sources, before decompression. Any thread.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Lines that were longer than <see cref="LineChunks.LineBytesMax"/>. Valid when the run has ended.</summary>
    public long CutLines { get; private set; }

    /// <summary>Sources that could not be read to their end, each with the reason. Valid when the run has ended.</summary>
    public List<(LogSource Source, string Problem)> Problems { get; } = [];

    /// <param name="sources">Read one after the other.</param>
    /// <param name="onResult">Called in the order of the input, never twice at a time.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="OperationCanceledException">Ended early. What was handed on until then stands.</exception>
    public async Task RunAsync(IReadOnlyList<LogSource> sources, Action<ChunkResult> onResult, CancellationToken cancellationToken)
    {
        Channel<Task<ChunkResult>> chunks = Channel.CreateBounded<Task<ChunkResult>>(
            new BoundedChannelOptions(ChunksMax) { SingleReader = true, SingleWriter = true });
        // Not awaited after a cancellation: a read of a pipe cannot be interrupted, and the process ends with it.
        Task reading = Task.Run(() => ReadAllAsync(sources, chunks.Writer, cancellationToken), cancellationToken);
        await foreach (Task<ChunkResult> chunk in chunks.Reader.ReadAllAsync(cancellationToken))
        {
            onResult(await chunk);
        }

        await reading;
    }

    async Task ReadAllAsync(IReadOnlyList<LogSource> sources, ChannelWriter<Task<ChunkResult>> chunks, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            foreach (LogSource source in sources)
            {
                await ReadAsync(source, chunks, cancellationToken);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        chunks.Complete(failure);
    }

    async Task ReadAsync(LogSource source, ChannelWriter<Task<ChunkResult>> chunks, CancellationToken cancellationToken)
    {
        try
        {
            CountingStream raw = new(source.Open(io), count => Interlocked.Add(ref _bytesRead, count));
            using LineChunks lines = new(LineChunks.Open(raw), _pool);
            while (lines.Next() is { } batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await chunks.WriteAsync(Task.Run(() => classifier.Classify(batch, cancellationToken), CancellationToken.None), cancellationToken);
            }

            CutLines += lines.CutLines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Problems.Add((source, e is InvalidDataException ? "the gzip data is damaged: " + e.Message : Configuration.BoundedFile.Why(e)));
        }
    }
}
