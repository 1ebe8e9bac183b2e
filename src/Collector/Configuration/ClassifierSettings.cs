using Receivers;

namespace Collector.Configuration;

/// <summary>Settings under <c>classifier</c>.</summary>
sealed record ClassifierSettings
{
    public required SeverityPolicy Policy { get; init; }

    public static ClassifierSettings Read(OptionsReader reader) => new()
    {
        Policy = (SeverityPolicy)reader.Choice(
            "policy", (int)SeverityPolicy.Model, SeverityPolicyNames.Names, "Whose severity counts: the model's, the one the sender declared, or the higher of the two."),
    };
}
