using System.Buffers;
using Collector.Pipeline;
using Receivers;
using SourceFormat = Receivers.RecordFormat;

namespace Collector.Outputs.Formats;

/// <summary>What the sender sent, byte for byte, but for line breaks: LF and CR become <c>\n</c> and <c>\r</c>, so that one record stays one line.</summary>
/// <remarks>A syslog record is its frame without the framing. An OTLP record came as protobuf, which is no line: its body stands for it.</remarks>
static class OriginalLine
{
    static readonly SearchValues<byte> Breaks = SearchValues.Create("\n\r"u8);

    /// <summary>Appends the record, without a line feed.</summary>
    public static void Write(PayloadBuffer to, ClassifiedBatch batch, int index)
    {
        ref readonly LogRecord record = ref batch.Records[index];
        ReadOnlySpan<byte> rest = batch[batch.Format == SourceFormat.Otlp ? record.Body : record.Original];
        while (true)
        {
            int at = rest.IndexOfAny(Breaks);
            if (at < 0)
            {
                to.Write(rest);
                return;
            }

            to.Write(rest[..at]);
            to.Write(rest[at] == '\n' ? "\\n"u8 : "\\r"u8);
            rest = rest[(at + 1)..];
        }
    }
}
