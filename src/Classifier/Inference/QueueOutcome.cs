namespace Classifier.Inference;

/// <summary>What became of a text that was offered to the <see cref="InferenceQueue"/>.</summary>
enum QueueOutcome
{
    /// <summary>It is queued or being run, and the waiter will be told.</summary>
    Waiting,

    /// <summary>It is queued or being run, and nobody is told.</summary>
    Queued,

    /// <summary>It is not queued: no room, or the first sight of it while the queue is long.</summary>
    TurnedAway,

    /// <summary>It was answered a moment ago: look into the cache again.</summary>
    Answered,
}
