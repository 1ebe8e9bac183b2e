namespace Classifier.Tests;

/// <summary>Tests that measure the process and so need it for themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
