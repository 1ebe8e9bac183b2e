namespace Collector.Status;

/// <summary>The answer of <c>/api/status</c>: what a person wants to know at a glance.</summary>
sealed record StatusReport
{
    public required string Version { get; init; }

    /// <summary>Name of the model in charge; null when none is loaded.</summary>
    public required string? Model { get; init; }

    /// <summary>The configuration in force, as the start message names it.</summary>
    public required string Configuration { get; init; }

    public required double UptimeSeconds { get; init; }

    public required HealthReport Health { get; init; }

    /// <summary>Records of each severity in the last minute, without the muted ones.</summary>
    public required IReadOnlyDictionary<string, long> LastMinute { get; init; }

    public required LedgerStatus Ledger { get; init; }

    public required IReadOnlyList<ReceiverStatus> Receivers { get; init; }

    public required ClassifierStatus Classifier { get; init; }

    public required IReadOnlyList<OutputStatus> Outputs { get; init; }
}

/// <summary><c>received = delivered + queued + dropped</c>, in records.</summary>
sealed record LedgerStatus(long Received, long Delivered, long Queued, IReadOnlyList<DroppedStatus> Dropped);

/// <summary>Records that ended early.</summary>
sealed record DroppedStatus(string Stage, string Reason, long Records);

/// <summary>One receiver: its doors and what came through.</summary>
sealed record ReceiverStatus(string Name, IReadOnlyList<string> Listening, long Accepted, long Refused, long Bytes, long Connections, long SocketDrops);

/// <summary>The template cache and the model behind it.</summary>
sealed record ClassifierStatus(int Templates, long CacheHits, long CacheMisses, int PendingTemplates, long Inferences, double InferenceSeconds);

/// <summary>One output.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="Delivered">Records.</param>
/// <param name="Failed">Records that the far side refused for good.</param>
/// <param name="Dropped">Records given up.</param>
/// <param name="Queued">Records that wait.</param>
/// <param name="OldestAgeSeconds">Of the oldest that waits.</param>
/// <param name="LastError">What the far side said last when it did not take records; null when it never did.</param>
sealed record OutputStatus(string Name, long Delivered, long Failed, long Dropped, long Queued, double OldestAgeSeconds, string? LastError);
