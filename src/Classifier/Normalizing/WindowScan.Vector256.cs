using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Classifier.Normalizing;

struct WindowScan256 : IWindowScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scan(ref byte source, ref byte lowered, out WindowMasks masks)
    {
        Vector256<byte> a = Vector256.LoadUnsafe(ref source);
        Vector256<byte> b = Vector256.LoadUnsafe(ref source, 32);
        ref byte next = ref Unsafe.Add(ref source, 1);
        masks.Repeat = Bits(Vector256.Equals(a, Vector256.LoadUnsafe(ref next)), Vector256.Equals(b, Vector256.LoadUnsafe(ref next, 32)));
        masks.Digit = Bits(In(a, '0', '9'), In(b, '0', '9'));
        masks.Joiner = Bits(Joiner(a), Joiner(b));
        masks.HasMarks = (Is(a, '#') | Is(b, '#')) != Vector256<byte>.Zero;
        Vector256<byte> spaceA = Space(a);
        Vector256<byte> spaceB = Space(b);
        masks.Space = Bits(spaceA, spaceB);
        Vector256<byte> letterA = In(a | Vector256.Create((byte)0x20), 'a', 'z');
        Vector256<byte> letterB = In(b | Vector256.Create((byte)0x20), 'a', 'z');
        masks.Letter = Bits(letterA, letterB);
        Lower(a, letterA, spaceA).StoreUnsafe(ref lowered);
        Lower(b, letterB, spaceB).StoreUnsafe(ref lowered, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScanNumbers(ref byte lowered, out NumberMasks masks)
    {
        Vector256<byte> a = Vector256.LoadUnsafe(ref lowered);
        Vector256<byte> b = Vector256.LoadUnsafe(ref lowered, 32);
        masks.HexLetter = Bits(In(a, 'a', 'f'), In(b, 'a', 'f'));
        masks.X = Bits(Is(a, 'x'), Is(b, 'x'));
        masks.Percent = Bits(Is(a, '%'), Is(b, '%'));
    }

    public static ulong ScanFor(ref byte lowered, char c)
    {
        Vector256<byte> wanted = Vector256.Create((byte)c);
        return Bits(Vector256.Equals(Vector256.LoadUnsafe(ref lowered), wanted), Vector256.Equals(Vector256.LoadUnsafe(ref lowered, 32), wanted));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Substitute(ref byte lowered, ulong marks, ulong zeros)
    {
        Replace(Vector256.LoadUnsafe(ref lowered), (uint)marks, (uint)zeros).StoreUnsafe(ref lowered);
        Replace(Vector256.LoadUnsafe(ref lowered, 32), (uint)(marks >> 32), (uint)(zeros >> 32)).StoreUnsafe(ref lowered, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref byte lowered, ref byte target)
    {
        Vector256.LoadUnsafe(ref lowered).StoreUnsafe(ref target);
        Vector256.LoadUnsafe(ref lowered, 32).StoreUnsafe(ref target, 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compact(ref byte lowered, ulong kept, ref byte target) => WindowCompaction.Compact(ref lowered, kept, ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Replace(Vector256<byte> v, uint marks, uint zeros) => Vector256.ConditionalSelect(
        Bytes(marks), Vector256.Create((byte)'#'), Vector256.ConditionalSelect(Bytes(zeros), Vector256.Create((byte)'0'), v));

    /// <summary>0xFF for each bit that is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Bytes(uint bits)
    {
        // Each half of the vector holds all four bytes of the bits, so the shuffle stays within halves.
        Vector256<byte> places = Vector256.Create(
            (byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19);
        Vector256<byte> bit = Vector256.Create(0x8040201008040201).AsByte();
        return Vector256.Equals(Vector256.Shuffle(Vector256.Create(bits).AsByte(), places) & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Vector256<byte> a, Vector256<byte> b) => a.ExtractMostSignificantBits() | ((ulong)b.ExtractMostSignificantBits() << 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Lower(Vector256<byte> v, Vector256<byte> letter, Vector256<byte> space) =>
        Vector256.ConditionalSelect(space, Vector256.Create((byte)' '), v | (letter & Vector256.Create((byte)0x20)));

    /// <summary>Looks up, by the lower half of each byte, the one joiner that it could be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Joiner(Vector256<byte> v)
    {
        if (!Avx2.IsSupported)
        {
            return In(v, ',', '.') | Is(v, ':');
        }

        Vector128<byte> joiners = Vector128.Create((byte)0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)':', 0, (byte)',', (byte)'-', (byte)'.', 0);
        return Vector256.Equals(v, Avx2.Shuffle(Vector256.Create(joiners), v));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Space(Vector256<byte> v) => Vector256.Equals(Vector256.Min(v, Vector256.Create((byte)' ')), v) | Is(v, '\x7F');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Is(Vector256<byte> v, char c) => Vector256.Equals(v, Vector256.Create((byte)c));

    /// <summary>Moves the range to the top of the signed bytes, where one comparison finds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> In(Vector256<byte> v, char first, char last) => Vector256.GreaterThan(
        (v + Vector256.Create((byte)(0x7F - last))).AsSByte(), Vector256.Create((sbyte)(0x7E - (last - first)))).AsByte();
}
