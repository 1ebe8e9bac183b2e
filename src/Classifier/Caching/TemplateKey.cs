using System.IO.Hashing;

namespace Classifier.Caching;

/// <summary>128-bit hash of a normalised text (XXH3-128, seed 0): the identity of a template.</summary>
/// <remarks>At a million templates two of them collide with a probability of 1.5e-27, so the text itself is not compared.</remarks>
public readonly record struct TemplateKey(ulong High, ulong Low)
{
    /// <summary>The key of a normalised text. Allocates nothing; safe on any thread.</summary>
    public static TemplateKey Of(ReadOnlySpan<byte> text)
    {
        UInt128 hash = XxHash128.HashToUInt128(text);
        return new TemplateKey((ulong)(hash >> 64), (ulong)hash);
    }
}
