namespace Classifier;

/// <summary>Records as their owner keeps them. For a struct: each owner gets a loop of its own, without calls or copies.</summary>
public interface IClassifierInput
{
    /// <summary>App name, may be empty; any bytes.</summary>
    /// <param name="index">From 0, in the order of the verdicts.</param>
    ReadOnlySpan<byte> App(int index);

    /// <summary>Message text; any bytes, any length.</summary>
    /// <param name="index">As for <see cref="App"/>.</param>
    ReadOnlySpan<byte> Body(int index);

    /// <summary>OTel SeverityNumber 0 to 24 that the sender declared.</summary>
    /// <param name="index">As for <see cref="App"/>.</param>
    byte DeclaredSeverity(int index);
}
