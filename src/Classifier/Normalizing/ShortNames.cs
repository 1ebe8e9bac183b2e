using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

/// <summary>The usual app name, such as <c>sshd</c> or <c>kube-proxy</c>, which lower case alone folds.</summary>
static class ShortNames
{
    const int LengthMax = 16;

    // One byte more is read than a name can have.
    const int ReadLength = LengthMax + 1;

    /// <summary>Writes the name in lower case, if it is short and no other rule can have a say in it.</summary>
    /// <param name="name">1 byte or more.</param>
    /// <param name="text">Room for <see cref="LengthMax"/> bytes.</param>
    public static unsafe bool TryLower(ReadOnlySpan<byte> name, Span<byte> text)
    {
        if (name.Length > LengthMax || text.Length < LengthMax)
        {
            return false;
        }

        fixed (byte* bytes = name)
        {
            if (((nuint)bytes & (Normalizer.PageBytes - 1)) > Normalizer.PageBytes - ReadLength)
            {
                return false;
            }

            Vector128<byte> v = Vector128.Load(bytes);
            Vector128<byte> letters = In(v | Vector128.Create((byte)0x20), 'a', 'z');
            Vector128<byte> others = In(v, '0', '9') | Vector128.Equals(v, Vector128.Create((byte)'#'))
                | Vector128.LessThanOrEqual(v, Vector128.Create((byte)' ')) | Vector128.Equals(v, Vector128.Create((byte)0x7F))
                | Vector128.AndNot(Vector128.Equals(v, Vector128.Load(bytes + 1)), letters);
            if ((others.ExtractMostSignificantBits() & (0xFFFFu >> (LengthMax - name.Length))) != 0)
            {
                return false;
            }

            (v | (letters & Vector128.Create((byte)0x20))).CopyTo(text);
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> In(Vector128<byte> v, char first, char last) => Vector128.GreaterThan(
        (v + Vector128.Create((byte)(0x7F - last))).AsSByte(), Vector128.Create((sbyte)(0x7E - (last - first)))).AsByte();
}
