namespace Classifier.Normalizing;

/// <summary>How many bits the text loops read at a time.</summary>
public enum SimdWidth : byte
{
    /// <summary>Byte by byte: the specification.</summary>
    Scalar,

    /// <summary>SSE and arm64 NEON.</summary>
    Vector128,

    /// <summary>AVX2.</summary>
    Vector256,

    /// <summary>AVX-512.</summary>
    Vector512,
}
