using Classifier;

namespace Benchmarks.Inference;

/// <summary>Messages of one program, as a batch for the classifier.</summary>
readonly struct Lines(byte[] app, byte[][] bodies) : IClassifierInput
{
    public ReadOnlySpan<byte> App(int index) => app;

    public ReadOnlySpan<byte> Body(int index) => bodies[index];

    public byte DeclaredSeverity(int index) => 9;
}
