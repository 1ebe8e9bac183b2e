namespace Classifier;

/// <summary>Told once for every record that <see cref="LogClassifier.Classify"/> left pending, on an inference thread. Must be quick and not throw.</summary>
public interface IVerdictWaiter
{
    /// <param name="index">Of the record in its batch.</param>
    /// <param name="verdict">The model's verdict, or the fallback's when inference failed or the classifier stops.</param>
    void OnVerdict(int index, in Verdict verdict);
}
