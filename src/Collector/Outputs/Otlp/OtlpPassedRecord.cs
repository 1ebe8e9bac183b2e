using Collector.Outputs.Formats;
using Collector.Pipeline;
using Receivers;
using Receivers.Otlp.Reading;

namespace Collector.Outputs.Otlp;

/// <summary>A record that came by OTLP goes on as it came: every field, known to us or not. Allocates nothing.</summary>
/// <remarks>
/// Three things change. A verdict that a collector before this one wrote gives way to ours, since keys must not repeat. The time of receipt is added
/// where the sender set no observed time. Strings that are not UTF-8 are mended, and the record as it came is in <c>log.record.original</c>.
/// </remarks>
static class OtlpPassedRecord
{
    public static void Write(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        ReadOnlySpan<byte> message = batch[record.Original];
        bool mustMend = (record.Marks & ParseMarks.InvalidUtf8) != 0;
        if (mustMend || message.IndexOf(OtlpKeys.VerdictPrefix) >= 0)
        {
            if (!WriteFields(to, message, mustMend))
            {
                OtlpKeys.Original.WriteBytes(to, OtlpTags.RecordAttributes, message);
            }
        }
        else
        {
            to.Write(message);
        }

        if (new OtlpRecordReader(message).ObservedTimeUnixNano == 0)
        {
            to.WriteFixed64Field(OtlpTags.ObservedTime, (ulong)Math.Max(0, record.ObservedUnixNano));
        }
    }

    static bool WriteFields(PayloadBuffer to, ReadOnlySpan<byte> message, bool mustMend)
    {
        bool isSame = true;
        ProtoFields fields = new(message);
        while (fields.TryNext())
        {
            if (fields.Tag == OtlpTags.RecordAttributes && OtlpKeys.IsOfVerdict(KeyOf(fields.Content)))
            {
                continue;
            }

            if (mustMend)
            {
                isSame &= OtlpRepair.WriteField(to, in fields, OtlpRepair.Kind.Record);
            }
            else
            {
                to.Write(fields.Whole);
            }
        }

        return isSame;
    }

    static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> pair)
    {
        ReadOnlySpan<byte> key = default;
        ProtoFields fields = new(pair);
        while (fields.TryNext())
        {
            if (fields.Tag == OtlpTags.Key)
            {
                key = fields.Content;
            }
        }

        return key;
    }
}
