using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Classifier.Normalizing;

/// <summary>Random bytes that <see cref="OutlineHash"/> starts from, so that nobody can make two texts of one hash.</summary>
readonly struct OutlineSecret
{
    public readonly Vector128<byte> State;
    public readonly Vector128<byte> Round0;
    public readonly Vector128<byte> Round1;

    /// <summary>A new one.</summary>
    public static OutlineSecret Make()
    {
        OutlineSecret secret = default;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<OutlineSecret>(ref secret)));
        return secret;
    }
}
