using Classifier;
using Receivers;

namespace Collector.Pipeline;

/// <summary>What the classifier looks at of a batch.</summary>
readonly ref struct BatchTexts(RecordBatch batch) : IClassifierInput
{
    readonly Span<LogRecord> _records = batch.Records;
    readonly ReadOnlySpan<byte> _buffer = batch.Buffer;

    public ReadOnlySpan<byte> App(int index) => Text(_records[index].AppName);

    public ReadOnlySpan<byte> Body(int index) => Text(_records[index].Body);

    public byte DeclaredSeverity(int index) => _records[index].SeverityNumber;

    ReadOnlySpan<byte> Text(Slice slice) => _buffer.Slice(slice.Offset, slice.Length);
}
