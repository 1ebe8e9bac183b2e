namespace Collector.Pipeline;

sealed partial class ClassifiedBatch
{
    volatile ParkedBatch? _place;

    // Under the lock of its lane.

    /// <summary>How many came before it in its lane.</summary>
    public long Position { get; set; }

    /// <summary>The one after it in its lane, as long as it is in there.</summary>
    public ClassifiedBatch? NextInLane { get; set; }

    /// <summary>It waits for those before it only.</summary>
    public bool IsFinished { get; set; }

    // By who owns it.

    /// <summary>In the intake: it counts among those whose senders can wait.</summary>
    public bool IsPatient { get; set; }

    /// <summary>Its memory counts in the parking lot.</summary>
    public bool IsInLot { get; set; }

    // On any thread.

    /// <summary>Where it waits for the model; null when it does not.</summary>
    public ParkedBatch? Place
    {
        get => _place;
        set => _place = value;
    }
}
