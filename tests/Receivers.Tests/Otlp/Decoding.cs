using System.Buffers;
using System.Text;
using Receivers.Otlp;
using Receivers.Otlp.Wire;

namespace Receivers.Tests.Otlp;

/// <summary>Runs the decoder as the transports do.</summary>
sealed class Decoding
{
    Decoding(OtlpFault fault, OtlpBatches batches)
    {
        Fault = fault;
        Batches = [.. Enumerable.Range(0, batches.Count).Select(i => batches[i])];
    }

    public OtlpFault Fault { get; }

    public IReadOnlyList<RecordBatch> Batches { get; }

    public IEnumerable<(RecordBatch Batch, LogRecord Record)> Records => Batches.SelectMany(batch => batch.Records.ToArray().Select(record => (batch, record)));

    public (RecordBatch Batch, LogRecord Record) Single => Records.Single();

    public static Decoding Of(byte[] request, int recordsMax = 100_000) => Of(new ReadOnlySequence<byte>(request), recordsMax);

    public static Decoding Of(ReadOnlySequence<byte> request, int recordsMax = 100_000)
    {
        OtlpBatches batches = new(new RecordBatchPool(), "http", default, lane: null, OtlpSamples.Now, recordsMax);
        OtlpFault fault = new OtlpDecoder(batches).Decode(request);
        return new Decoding(fault, batches);
    }

    public static string TextOf(RecordBatch batch, Slice slice) => Encoding.UTF8.GetString(batch[slice]);

    /// <summary>The same bytes in pieces.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="cuts">Where a new piece begins, ascending.</param>
    public static ReadOnlySequence<byte> Pieces(byte[] bytes, params int[] cuts)
    {
        Piece? first = null;
        Piece? last = null;
        int start = 0;
        foreach (int cut in cuts.Append(bytes.Length))
        {
            Piece piece = new(bytes.AsMemory(start, cut - start), start);
            last?.Append(piece);
            first ??= piece;
            last = piece;
            start = cut;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public void Append(Piece next) => Next = next;
    }
}
