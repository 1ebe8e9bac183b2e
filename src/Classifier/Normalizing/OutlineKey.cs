namespace Classifier.Normalizing;

/// <summary>128-bit hash of an outline: of worth in this process only, since it has a secret in it.</summary>
readonly record struct OutlineKey(ulong High, ulong Low);
