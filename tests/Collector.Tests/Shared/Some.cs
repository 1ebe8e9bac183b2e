using System.Text;
using Receivers;

namespace Collector.Tests.Shared;

/// <summary>Data that the test at hand does not care about.</summary>
static class Some
{
    /// <summary>A batch of the pool with records of this text.</summary>
    public static RecordBatch Batch(RecordBatchPool pool, int records = 1, string body = "User logged in successfully.", byte severity = 0)
    {
        byte[] text = Encoding.UTF8.GetBytes(body);
        RecordBatch batch = pool.Rent(records * text.Length);
        batch.Receiver = "syslog";
        batch.Transport = "tcp";
        int source = batch.AddSource(default);
        for (int i = 0; i < records; i++)
        {
            text.CopyTo(batch.Buffer, batch.BytesUsed);
            ref LogRecord record = ref batch.Add();
            record.Source = source;
            record.Original = record.Body = new Slice(batch.BytesUsed, text.Length);
            record.ObservedUnixNano = 1_764_064_800_000_000_000;
            record.SeverityNumber = severity;
            batch.BytesUsed += text.Length;
        }

        return batch;
    }
}
