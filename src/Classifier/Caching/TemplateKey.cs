using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Classifier.Caching;

/// <summary>128-bit hash of a normalised text (XXH3-128, seed 0): the identity of a template.</summary>
/// <remarks>At a million templates two of them collide with a probability of 1.5e-27, so the text itself is not compared.</remarks>
public readonly record struct TemplateKey(ulong High, ulong Low)
{
    /// <summary>The key of a normalised text. Allocates nothing; safe on any thread.</summary>
    public static TemplateKey Of(ReadOnlySpan<byte> text)
    {
        // Not by shifting: that would be a call.
        Vector128<ulong> hash = Unsafe.BitCast<UInt128, Vector128<ulong>>(XxHash128.HashToUInt128(text));
        return new TemplateKey(hash[1], hash[0]);
    }
}
