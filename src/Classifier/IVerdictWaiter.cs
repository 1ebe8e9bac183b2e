namespace Classifier;

/// <summary>Told once for every text that was <see cref="ClassifyStatus.Pending"/>, on an inference thread. Must be quick and not throw.</summary>
public interface IVerdictWaiter
{
    /// <param name="index">The number given to <see cref="LogClassifier.Classify"/>.</param>
    /// <param name="verdict">The model's verdict, or the fallback's when inference failed or the classifier stops.</param>
    void OnVerdict(int index, in Verdict verdict);
}
