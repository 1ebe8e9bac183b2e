using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

struct WindowScan512 : IWindowScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scan(ref byte source, ref byte lowered, out WindowMasks masks)
    {
        Vector512<byte> a = Vector512.LoadUnsafe(ref source);
        ref byte next = ref Unsafe.Add(ref source, 1);
        masks.Repeat = Vector512.Equals(a, Vector512.LoadUnsafe(ref next)).ExtractMostSignificantBits();
        masks.Digit = In(a, '0', '9').ExtractMostSignificantBits();
        masks.Joiner = Joiner(a).ExtractMostSignificantBits();
        masks.HasMarks = Is(a, '#') != Vector512<byte>.Zero;
        Vector512<byte> spaceA = Space(a);
        masks.Space = spaceA.ExtractMostSignificantBits();
        Vector512<byte> letterA = In(a | Vector512.Create((byte)0x20), 'a', 'z');
        masks.Letter = letterA.ExtractMostSignificantBits();
        Lower(a, letterA, spaceA).StoreUnsafe(ref lowered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScanNumbers(ref byte lowered, out NumberMasks masks)
    {
        Vector512<byte> a = Vector512.LoadUnsafe(ref lowered);
        masks.HexLetter = In(a, 'a', 'f').ExtractMostSignificantBits();
        masks.X = Is(a, 'x').ExtractMostSignificantBits();
        masks.Percent = Is(a, '%').ExtractMostSignificantBits();
    }

    public static ulong ScanFor(ref byte lowered, char c)
    {
        Vector512<byte> wanted = Vector512.Create((byte)c);
        return Vector512.Equals(Vector512.LoadUnsafe(ref lowered), wanted).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Substitute(ref byte lowered, ulong marks, ulong zeros)
    {
        Replace(Vector512.LoadUnsafe(ref lowered), marks, zeros).StoreUnsafe(ref lowered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref byte lowered, ref byte target)
    {
        Vector512.LoadUnsafe(ref lowered).StoreUnsafe(ref target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compact(ref byte lowered, ulong kept, ref byte target)
    {
        if (!Avx512Vbmi2.IsSupported)
        {
            return WindowCompaction.Compact(ref lowered, kept, ref target);
        }

        Avx512Vbmi2.Compress(Vector512<byte>.Zero, Bytes(kept), Vector512.LoadUnsafe(ref lowered)).StoreUnsafe(ref target);
        return BitOperations.PopCount(kept);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Replace(Vector512<byte> v, ulong marks, ulong zeros) => Vector512.ConditionalSelect(
        Bytes(marks), Vector512.Create((byte)'#'), Vector512.ConditionalSelect(Bytes(zeros), Vector512.Create((byte)'0'), v));

    /// <summary>0xFF for each bit that is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Bytes(ulong bits)
    {
        // Each 128-bit part holds all eight bytes of the bits twice, so the shuffle stays within parts.
        Vector512<byte> places = Vector512.Create(
            0x0000000000000000UL, 0x0101010101010101, 0x1212121212121212, 0x1313131313131313,
            0x2424242424242424, 0x2525252525252525, 0x3636363636363636, 0x3737373737373737).AsByte();
        Vector512<byte> bit = Vector512.Create(0x8040201008040201).AsByte();
        Vector512<byte> all = Vector512.Create(bits).AsByte();

        // The portable shuffle may cross parts, and for that AVX-512 BW has no instruction.
        return Vector512.Equals((Avx512BW.IsSupported ? Avx512BW.Shuffle(all, places) : Vector512.Shuffle(all, places)) & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Lower(Vector512<byte> v, Vector512<byte> letter, Vector512<byte> space) =>
        Vector512.ConditionalSelect(space, Vector512.Create((byte)' '), v | (letter & Vector512.Create((byte)0x20)));

    /// <summary>Looks up, by the lower half of each byte, the one joiner that it could be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Joiner(Vector512<byte> v)
    {
        if (!Avx512BW.IsSupported)
        {
            return In(v, ',', '.') | Is(v, ':');
        }

        Vector128<byte> joiners = Vector128.Create((byte)0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)':', 0, (byte)',', (byte)'-', (byte)'.', 0);
        return Vector512.Equals(v, Avx512BW.Shuffle(Vector512.Create(joiners), v));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Space(Vector512<byte> v) => Vector512.Equals(Vector512.Min(v, Vector512.Create((byte)' ')), v) | Is(v, '\x7F');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Is(Vector512<byte> v, char c) => Vector512.Equals(v, Vector512.Create((byte)c));

    /// <summary>Moves the range to the top of the signed bytes, where one comparison finds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> In(Vector512<byte> v, char first, char last) => Vector512.GreaterThan(
        (v + Vector512.Create((byte)(0x7F - last))).AsSByte(), Vector512.Create((sbyte)(0x7E - (last - first)))).AsByte();
}
