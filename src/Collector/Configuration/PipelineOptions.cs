using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>pipeline</c>: how much may be under way between receivers and outputs.</summary>
/// <param name="Workers">Threads that take batches from the intake queue; at least 1.</param>
/// <param name="IntakeBytesMax">Bound of the intake queue.</param>
/// <param name="ParkedBytesMax">Bound of the batches that wait for the model, or behind one that does.</param>
/// <param name="WaitMax">Longest wait of a record for the model.</param>
sealed record PipelineOptions(int Workers, long IntakeBytesMax, long ParkedBytesMax, TimeSpan WaitMax)
{
    const long MiB = 1 << 20;

    public static PipelineOptions Read(OptionsReader reader)
    {
        int workers = (int)reader.Number("workers", 0, 0, 256, "Threads that classify; 0 is one for each processor.");
        return new PipelineOptions(
            workers > 0 ? workers : Environment.ProcessorCount,
            // 64 MiB is a quarter of a second at 1.3 million lines of 190 bytes a second.
            reader.Bytes("intake_bytes_max", 64 * MiB, MiB, 64L << 30, "Memory for batches that wait for a worker. When full, TCP senders wait, OTLP senders are told to try later, datagrams are dropped and counted."),
            // A tenth of a second at a million lines of 190 bytes a second.
            reader.Bytes("parked_bytes_max", 32 * MiB, MiB, 64L << 30, "Memory for batches whose new texts wait for the model, and for those behind them on the same connection. When full, the records that wait longest on the connection go on with the sender's own severity, and new texts get it at once."),
            reader.Duration("wait_max", TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromMinutes(1), "Longest time that a record waits for the model before it goes on with the sender's own severity."));
    }
}
