using Classifier;

namespace Collector.Configuration;

/// <summary>Whose severity a record gets. The order is that of <see cref="SeverityPolicyNames"/>.</summary>
enum SeverityPolicy
{
    /// <summary>The model's.</summary>
    Model,

    /// <summary>The sender's, when it declared one; the model still gives the category.</summary>
    Declared,

    /// <summary>The graver one of the two.</summary>
    Max,
}

/// <summary>How the policies are written in the configuration, and what they do.</summary>
static class SeverityPolicyNames
{
    public static IReadOnlyList<string> Names { get; } = ["model", "declared", "max"];

    /// <param name="policy">Whose word counts.</param>
    /// <param name="declared">OTel SeverityNumber 0 to 24 of the sender; 0 when it declared none, and then nothing changes.</param>
    /// <param name="verdict">The model's or the fallback's; changed in place.</param>
    public static void Apply(this SeverityPolicy policy, byte declared, ref Verdict verdict)
    {
        Severity severity = DeclaredSeverity.From(declared);
        if (declared != 0 && (policy == SeverityPolicy.Declared ? severity != verdict.Severity : policy == SeverityPolicy.Max && severity > verdict.Severity))
        {
            verdict.Severity = severity;
            verdict.Source = VerdictSource.Declared;
        }
    }
}
