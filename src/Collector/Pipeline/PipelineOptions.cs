using Receivers;

namespace Collector.Pipeline;

/// <summary>Settings under <c>pipeline</c>.</summary>
sealed class PipelineOptions
{
    /// <summary>Default of <see cref="IntakeBytesMax"/>: a third of a second of 1 M records/s, which rides out a pause of the garbage collector or the disk.</summary>
    public const long IntakeBytesDefault = 64L << 20;

    /// <summary>Default of <see cref="ParkedBytesMax"/>: 4,000 lone records or 90 full batches wait for the model at a time.</summary>
    public const long ParkedBytesDefault = 32L << 20;

    /// <summary>Default of <see cref="WaitMax"/>: some 1,000 new templates on two cores, a host's first minute.</summary>
    public static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(2);

    /// <summary>Tasks that classify, 1 to 64. One keeps up with a core's worth of receiving.</summary>
    public int Workers { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Memory of batches that wait for a worker. Full: TCP waits, UDP drops and counts, OTLP answers "try later".</summary>
    public long IntakeBytesMax { get; set; } = IntakeBytesDefault;

    /// <summary>Memory of batches that wait for the model. Full: their new templates get the fallback verdict at once.</summary>
    public long ParkedBytesMax { get; set; } = ParkedBytesDefault;

    /// <summary>Longest that a record waits for the model before it goes on with the fallback verdict.</summary>
    public TimeSpan WaitMax { get; set; } = WaitDefault;

    /// <summary>Whose word counts.</summary>
    public SeverityPolicy Policy { get; set; }

    public static PipelineOptions Read(OptionsReader reader)
    {
        PipelineOptions defaults = new();
        return new PipelineOptions
        {
            Workers = (int)reader.Number("workers", defaults.Workers, 1, 64, "Tasks that classify; the default is half of the processors."),
            IntakeBytesMax = reader.Bytes(
                "intake_bytes_max", IntakeBytesDefault, 1 << 20, 64L << 30, "Memory of records that wait to be classified. Full: TCP waits, UDP drops and counts, OTLP answers \"try later\"."),
            ParkedBytesMax = reader.Bytes(
                "parked_bytes_max", ParkedBytesDefault, 0, 64L << 30, "Memory of records that wait for the model to read a new text. Full: the sender's own level stands in."),
            WaitMax = reader.Duration(
                "wait_max", WaitDefault, TimeSpan.Zero, TimeSpan.FromMinutes(1), "Longest that a record waits for the model before the sender's own level stands in."),
        };
    }
}
