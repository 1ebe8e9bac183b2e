namespace Collector.Outputs;

/// <summary>What an output's queue does with a batch that it has no room for.</summary>
enum WhenFull
{
    /// <summary>The pipeline waits, and through it the senders that can wait. Nothing is lost; one slow output slows all.</summary>
    Block,

    /// <summary>The new records are dropped and counted.</summary>
    DropNewest,

    /// <summary>The oldest waiting records are dropped and counted.</summary>
    DropOldest,
}
