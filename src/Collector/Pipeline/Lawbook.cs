using Collector.Configuration;
using Collector.Samples;

namespace Collector.Pipeline;

/// <summary>What turns the model's answer into a verdict: whose severity counts, and the operator's rules.</summary>
sealed record Law(SeverityPolicy Policy, RuleSet Rules)
{
    /// <summary>Keeps records on which the model is unsure; null when nobody asked for that.</summary>
    public UnsureSamples? Samples { get; init; }
}

/// <summary>The law in force; a reload puts another one in its place. Safe on any thread.</summary>
sealed class Lawbook(Law law)
{
    volatile Law _current = law;

    public Law Current
    {
        get => _current;
        set => _current = value;
    }
}
