using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

struct WindowScan128 : IWindowScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scan(ref byte source, ref byte lowered, out WindowMasks masks)
    {
        Vector128<byte> a = Vector128.LoadUnsafe(ref source);
        Vector128<byte> b = Vector128.LoadUnsafe(ref source, 16);
        Vector128<byte> c = Vector128.LoadUnsafe(ref source, 32);
        Vector128<byte> d = Vector128.LoadUnsafe(ref source, 48);
        ref byte next = ref Unsafe.Add(ref source, 1);
        masks.Repeat = Bits(
            Vector128.Equals(a, Vector128.LoadUnsafe(ref next)), Vector128.Equals(b, Vector128.LoadUnsafe(ref next, 16)),
            Vector128.Equals(c, Vector128.LoadUnsafe(ref next, 32)), Vector128.Equals(d, Vector128.LoadUnsafe(ref next, 48)));
        masks.Digit = Bits(In(a, '0', '9'), In(b, '0', '9'), In(c, '0', '9'), In(d, '0', '9'));
        masks.Joiner = Bits(Joiner(a), Joiner(b), Joiner(c), Joiner(d));
        masks.HasMarks = (Is(a, '#') | Is(b, '#') | Is(c, '#') | Is(d, '#')) != Vector128<byte>.Zero;
        Vector128<byte> spaceA = Space(a);
        Vector128<byte> spaceB = Space(b);
        Vector128<byte> spaceC = Space(c);
        Vector128<byte> spaceD = Space(d);
        masks.Space = Bits(spaceA, spaceB, spaceC, spaceD);
        Vector128<byte> letterA = In(a | Vector128.Create((byte)0x20), 'a', 'z');
        Vector128<byte> letterB = In(b | Vector128.Create((byte)0x20), 'a', 'z');
        Vector128<byte> letterC = In(c | Vector128.Create((byte)0x20), 'a', 'z');
        Vector128<byte> letterD = In(d | Vector128.Create((byte)0x20), 'a', 'z');
        masks.Letter = Bits(letterA, letterB, letterC, letterD);
        Lower(a, letterA, spaceA).StoreUnsafe(ref lowered);
        Lower(b, letterB, spaceB).StoreUnsafe(ref lowered, 16);
        Lower(c, letterC, spaceC).StoreUnsafe(ref lowered, 32);
        Lower(d, letterD, spaceD).StoreUnsafe(ref lowered, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScanNumbers(ref byte lowered, out NumberMasks masks)
    {
        Vector128<byte> a = Vector128.LoadUnsafe(ref lowered);
        Vector128<byte> b = Vector128.LoadUnsafe(ref lowered, 16);
        Vector128<byte> c = Vector128.LoadUnsafe(ref lowered, 32);
        Vector128<byte> d = Vector128.LoadUnsafe(ref lowered, 48);
        masks.HexLetter = Bits(In(a, 'a', 'f'), In(b, 'a', 'f'), In(c, 'a', 'f'), In(d, 'a', 'f'));
        masks.X = Bits(Is(a, 'x'), Is(b, 'x'), Is(c, 'x'), Is(d, 'x'));
        masks.Percent = Bits(Is(a, '%'), Is(b, '%'), Is(c, '%'), Is(d, '%'));
    }

    public static ulong ScanFor(ref byte lowered, char c)
    {
        Vector128<byte> wanted = Vector128.Create((byte)c);
        return Bits(
            Vector128.Equals(Vector128.LoadUnsafe(ref lowered), wanted), Vector128.Equals(Vector128.LoadUnsafe(ref lowered, 16), wanted),
            Vector128.Equals(Vector128.LoadUnsafe(ref lowered, 32), wanted), Vector128.Equals(Vector128.LoadUnsafe(ref lowered, 48), wanted));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Substitute(ref byte lowered, ulong marks, ulong zeros)
    {
        for (int i = 0; i < IWindowScan.Length; i += Vector128<byte>.Count)
        {
            ref byte part = ref Unsafe.Add(ref lowered, i);
            Replace(Vector128.LoadUnsafe(ref part), (ushort)(marks >> i), (ushort)(zeros >> i)).StoreUnsafe(ref part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ref byte lowered, ref byte target)
    {
        Vector128.LoadUnsafe(ref lowered).StoreUnsafe(ref target);
        Vector128.LoadUnsafe(ref lowered, 16).StoreUnsafe(ref target, 16);
        Vector128.LoadUnsafe(ref lowered, 32).StoreUnsafe(ref target, 32);
        Vector128.LoadUnsafe(ref lowered, 48).StoreUnsafe(ref target, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compact(ref byte lowered, ulong kept, ref byte target) => WindowCompaction.Compact(ref lowered, kept, ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Replace(Vector128<byte> v, ushort marks, ushort zeros) => Vector128.ConditionalSelect(
        Bytes(marks), Vector128.Create((byte)'#'), Vector128.ConditionalSelect(Bytes(zeros), Vector128.Create((byte)'0'), v));

    /// <summary>0xFF for each bit that is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Bytes(ushort bits)
    {
        Vector128<byte> places = Vector128.Create(0UL, 0x0101010101010101).AsByte();
        Vector128<byte> bit = Vector128.Create(0x8040201008040201).AsByte();
        return Vector128.Equals(Vector128.Shuffle(Vector128.Create(bits).AsByte(), places) & bit, bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Bits(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) =>
        a.ExtractMostSignificantBits() | ((ulong)b.ExtractMostSignificantBits() << 16)
        | ((ulong)c.ExtractMostSignificantBits() << 32) | ((ulong)d.ExtractMostSignificantBits() << 48);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Lower(Vector128<byte> v, Vector128<byte> letter, Vector128<byte> space) =>
        Vector128.ConditionalSelect(space, Vector128.Create((byte)' '), v | (letter & Vector128.Create((byte)0x20)));

    /// <summary>Looks up, by the lower half of each byte, the one joiner that it could be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Joiner(Vector128<byte> v) => Vector128.Equals(v, Vector128.ShuffleNative(
        Vector128.Create((byte)0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)':', 0, (byte)',', (byte)'-', (byte)'.', 0), v & Vector128.Create((byte)0x8F)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Space(Vector128<byte> v) => Vector128.Equals(Vector128.Min(v, Vector128.Create((byte)' ')), v) | Is(v, '\x7F');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Is(Vector128<byte> v, char c) => Vector128.Equals(v, Vector128.Create((byte)c));

    /// <summary>Moves the range to the top of the signed bytes, where one comparison finds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> In(Vector128<byte> v, char first, char last) => Vector128.GreaterThan(
        (v + Vector128.Create((byte)(0x7F - last))).AsSByte(), Vector128.Create((sbyte)(0x7E - (last - first)))).AsByte();
}
