namespace Classifier;

/// <summary>How the model came to its verdict on one record.</summary>
public sealed record Explanation
{
    /// <summary>The text that the model read; bytes that are not UTF-8 show as U+FFFD.</summary>
    public required string NormalizedText { get; init; }

    /// <summary>What the model says, whatever rules and policy make of it; the fallback when no model is loaded, and then the rest is empty.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Token ids, <c>[CLS]</c> and <c>[SEP]</c> included.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>The vocabulary's entry for each id.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>One for each severity of the model, with logit and calibrated probability.</summary>
    public IReadOnlyList<ExplainedLabel> Severities { get; init; } = [];

    /// <summary>One for each category of the model.</summary>
    public IReadOnlyList<ExplainedLabel> Categories { get; init; } = [];

    /// <summary>Probability of critical from which the verdict is critical.</summary>
    public float CriticalThreshold { get; init; }

    /// <summary>The words of the text, in its order, with what each adds; at most <see cref="LogClassifier.ExplainedWordsMax"/>.</summary>
    public IReadOnlyList<ExplainedWord> Words { get; init; } = [];
}

/// <param name="Name">As in <see cref="LabelNames"/>; with the network's own name in brackets where that is another one.</param>
/// <param name="Logit">What the network gives.</param>
/// <param name="Probability">After temperature and softmax, 0 to 1.</param>
public readonly record struct ExplainedLabel(string Name, float Logit, float Probability);

/// <param name="Word">As it stands in the normalised text.</param>
/// <param name="Weight">How much lower the probability of the verdict's severity is without it, -1 to 1; negative for a word that speaks against it.</param>
public readonly record struct ExplainedWord(string Word, float Weight);
