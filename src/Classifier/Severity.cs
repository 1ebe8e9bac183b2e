namespace Classifier;

/// <summary>What a record means for the people on call (<c>models/LABELS.md</c>). The order is the model's output order.</summary>
public enum Severity : byte
{
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}
