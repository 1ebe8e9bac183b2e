namespace Classifier;

/// <summary>How <see cref="LogClassifier.Classify"/> answered.</summary>
public enum ClassifyStatus : byte
{
    /// <summary>The verdict is final.</summary>
    Known,

    /// <summary>The text is new; the waiter will be told. The verdict so far is the fallback.</summary>
    Pending,

    /// <summary>The text is new and nobody waits for it, or no model is loaded: the verdict is the fallback.</summary>
    Fallback,
}
