namespace Classifier;

/// <summary>Whose problem a record is (<c>models/LABELS.md</c>). The order is the model's output order.</summary>
public enum Category : byte
{
    Routine,
    Security,
    Hardware,
    Storage,
    Resource,
    Network,
    Availability,
    Application,
}
