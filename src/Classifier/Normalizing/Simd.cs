using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

/// <summary>The one choice of width for all text loops, made when the process starts.</summary>
public static class Simd
{
    /// <summary>Environment variable that narrows the choice: <c>scalar</c>, <c>128</c>, <c>256</c> or <c>512</c>; anything else is as if unset.</summary>
    public const string ForceVariable = "COLLECTOR_FORCE_SIMD";

    /// <summary>The width in use: the widest that the build and the machine have, or the forced one if they have it.</summary>
    public static SimdWidth Width { get; } = Choose(Environment.GetEnvironmentVariable(ForceVariable));

    /// <summary>The widest that the build and the machine have. Ahead of time, the build's instruction set is the limit.</summary>
    public static SimdWidth Widest =>
        Vector512.IsHardwareAccelerated ? SimdWidth.Vector512
        : Vector256.IsHardwareAccelerated ? SimdWidth.Vector256
        : Vector128.IsHardwareAccelerated ? SimdWidth.Vector128
        : SimdWidth.Scalar;

    internal static SimdWidth Choose(string? forced)
    {
        SimdWidth width = forced switch
        {
            "scalar" => SimdWidth.Scalar,
            "128" => SimdWidth.Vector128,
            "256" => SimdWidth.Vector256,
            _ => SimdWidth.Vector512,
        };
        return width < Widest ? width : Widest;
    }
}
