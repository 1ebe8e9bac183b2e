using System.Runtime.CompilerServices;
using Classifier.Caching;

namespace Classifier.Inference;

/// <summary>What the model says about one text, in 64 bits: all that a verdict needs, whatever the threshold is set to later.</summary>
/// <remarks>
/// Every verdict is made from these bits, on the first sight of a text as on the thousandth and after a restart, so that the same text has the same verdict
/// always. Probabilities are kept in 24 bits, which is what a float holds near 1. <c>default</c> means "none".
/// </remarks>
readonly record struct Answer(ulong Bits)
{
    const int ProbabilityBits = 24;
    const uint ProbabilityMax = (1u << ProbabilityBits) - 1;
    const int OtherShift = ProbabilityBits;
    const int SeverityShift = 2 * ProbabilityBits;
    const int CategoryShift = SeverityShift + 3;
    const ulong Present = 1UL << 63;

    /// <param name="critical">Probability of critical, 0 to 1.</param>
    /// <param name="severity">The likeliest of the other severities.</param>
    /// <param name="other">Its probability.</param>
    /// <param name="category">The likeliest category.</param>
    public Answer(float critical, Severity severity, float other, Category category)
        : this(Present | Fixed(critical) | (Fixed(other) << OtherShift) | ((ulong)severity << SeverityShift) | ((ulong)category << CategoryShift))
    {
    }

    public bool IsNone => Bits == 0;

    public float CriticalProbability => Float(Bits);

    /// <summary>Whether the bits can have come from the other constructor: what is read from a file may be anything.</summary>
    public bool IsValid => (Bits & Present) != 0
        && (Bits >> SeverityShift & 7) <= (ulong)Severity.Critical
        && (Bits & ~Present) >> CategoryShift <= (ulong)Category.Application;

    /// <summary>The verdict rule of the model card: critical from the threshold on, else the likeliest of the other severities.</summary>
    /// <param name="threshold">Probability of critical, 0 to 1.</param>
    /// <param name="key">Of the text that the answer is about.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Verdict ToVerdict(float threshold, in TemplateKey key)
    {
        float critical = Float(Bits);
        bool isCritical = critical >= threshold;
        return new Verdict
        {
            TemplateId = key.High,
            Confidence = isCritical ? critical : Float(Bits >> OtherShift),
            CriticalProbability = critical,
            Severity = isCritical ? Severity.Critical : (Severity)(Bits >> SeverityShift & 7),
            Category = (Category)(Bits >> CategoryShift & 7),
            Source = VerdictSource.Model,
        };
    }

    static ulong Fixed(float probability) => (ulong)MathF.Round(Math.Clamp(probability, 0, 1) * ProbabilityMax);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Float(ulong bits) => (float)(bits & ProbabilityMax) / ProbabilityMax;
}
