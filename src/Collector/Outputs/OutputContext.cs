namespace Collector.Outputs;

/// <summary>What the appliance lends to an output.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">For what people should read; never for each record.</param>
sealed record OutputContext(TimeProvider Time, ILoggerFactory Loggers);
