namespace Classifier.Inference;

/// <summary>Logits to probabilities.</summary>
static class Softmax
{
    /// <summary>exp(logit / temperature), scaled to a sum of 1. Any finite logits are fine: the largest is taken off first.</summary>
    /// <remarks>Both spans have the same length.</remarks>
    public static void Compute(ReadOnlySpan<float> logits, float temperature, Span<float> probabilities)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = MathF.Max(largest, logit);
        }

        float sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] = MathF.Exp((logits[i] - largest) / temperature);
            sum += probabilities[i];
        }

        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] /= sum;
        }
    }
}
