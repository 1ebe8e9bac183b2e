namespace Classifier.Caching;

/// <summary>128-bit hash of a normalised text (XXH3-128, seed 0): the identity of a template.</summary>
/// <remarks>At a million templates two of them collide with a probability of 1.5e-27, so the text itself is not compared.</remarks>
public readonly record struct TemplateKey(ulong High, ulong Low);
