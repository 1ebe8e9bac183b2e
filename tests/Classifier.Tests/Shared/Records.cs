namespace Classifier.Tests.Shared;

/// <summary>Some records of which only what the classifier looks at is there.</summary>
readonly struct Records(params IReadOnlyList<(byte[] App, byte[] Body, byte DeclaredSeverity)> records) : IClassifierInput
{
    public ReadOnlySpan<byte> App(int index) => records[index].App;

    public ReadOnlySpan<byte> Body(int index) => records[index].Body;

    public byte DeclaredSeverity(int index) => records[index].DeclaredSeverity;
}
