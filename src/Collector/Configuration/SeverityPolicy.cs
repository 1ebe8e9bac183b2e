namespace Collector.Configuration;

/// <summary>Whose severity a record gets. The order is that of <see cref="SeverityPolicyNames"/>.</summary>
enum SeverityPolicy
{
    /// <summary>The model's.</summary>
    Model,

    /// <summary>The sender's; the model still gives the category.</summary>
    Declared,

    /// <summary>The higher one of the two.</summary>
    Max,
}

/// <summary>How the policies are written in the configuration.</summary>
static class SeverityPolicyNames
{
    public static IReadOnlyList<string> Names { get; } = ["model", "declared", "max"];
}
