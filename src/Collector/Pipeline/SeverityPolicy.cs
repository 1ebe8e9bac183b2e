namespace Collector.Pipeline;

/// <summary>Whose word counts, after rules: <c>classifier.policy</c>.</summary>
enum SeverityPolicy
{
    /// <summary>The model's.</summary>
    Model,

    /// <summary>The sender's own level when it declared one.</summary>
    Declared,

    /// <summary>The graver of the two.</summary>
    Max,
}
