namespace Classifier;

/// <summary>Who decided.</summary>
public enum VerdictSource : byte
{
    /// <summary>The model, now or earlier for the same normalised text.</summary>
    Model,

    /// <summary>An operator's rule.</summary>
    Rule,

    /// <summary>The sender's own level, because the policy says so.</summary>
    Declared,

    /// <summary>The sender's own level, because the model could not answer in time or is not loaded.</summary>
    Fallback,
}

/// <summary>What a record means, how sure that is and who says so. 24 bytes, copied freely.</summary>
public struct Verdict
{
    /// <summary>First 64 bits of the template key: the same for all records with the same normalised text. 16 hex digits in records.</summary>
    public ulong TemplateId;

    /// <summary>Probability of <see cref="Severity"/>, 0 to 1; 0 when no model was asked.</summary>
    public float Confidence;

    /// <summary>Probability of critical, 0 to 1; 0 when no model was asked.</summary>
    public float CriticalProbability;

    public Severity Severity;

    public Category Category;

    public VerdictSource Source;

    /// <summary>An operator's rule says that nobody is to be told: no alert, and no output that asks for less than everything.</summary>
    public bool IsMuted;

    /// <summary>Id of the name of the operator's rule that matched; 0 when none did, or one without a name.</summary>
    public ushort Rule;
}
