namespace Collector.Outputs;

/// <summary>Why a queue drops: values of the <c>reason</c> label beside the reasons that the outputs answer with. A fixed list.</summary>
static class OutputDropReasons
{
    /// <summary>No room, and the queue may not wait.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>Still queued when the grace period of a stop ended.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The spool on disk is full, or smaller than what was to go there.</summary>
    public const string SpoolFull = "spool_full";

    /// <summary>Read back from the spool, the records were not what was written there.</summary>
    public const string SpoolDamaged = "spool_damaged";

    /// <summary>The far side took the other records of a request.</summary>
    public const string Rejected = "rejected";

    /// <summary>The output threw: a bug of ours.</summary>
    public const string InternalError = "internal_error";
}
