namespace Collector.Outputs;

/// <summary>One output as configured, ready to be made. Equal setups need no restart on reload.</summary>
/// <param name="Name">Key under <c>outputs</c>, and the value of the <c>output</c> label.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Queue">Settings of its queue.</param>
/// <param name="Options">Settings of its own.</param>
sealed record OutputSetup(string Name, OutputKind Kind, OutputQueueOptions Queue, object Options)
{
    /// <summary>Makes the output and its queue; nothing is opened before <see cref="OutputQueue.StartAsync"/>.</summary>
    public OutputQueue Create(OutputContext context) =>
        new(Kind.Create(Name, Options, context), Queue, context.Time, context.Loggers.CreateLogger("Collector.Outputs." + Name), context.Ledger) { DeadLetters = context.DeadLetters };
}
