using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Classifier.Tokenizing;

/// <summary>64 bytes of text as the piece table wants them: symbols, and for each place the index of the three symbols that begin there.</summary>
[SkipLocalsInit]
ref struct WordWindow
{
    /// <summary>Bytes of a window.</summary>
    public const int Length = 64;

    // Behind the last place, what is read there must say "no word goes on here".
    const int Padding = 32;

    /// <summary>0-9, A-Z, a-z.</summary>
    public ulong Word;

    /// <summary>Printing ASCII.</summary>
    public ulong Graphic;

    /// <summary>Bytes that the fast lane knows nothing about: beyond ASCII, and controls that vanish.</summary>
    public ulong Odd;

    SymbolBuffer _symbols;
    IndexBuffer _indexes;

    /// <summary>Zeroes the padding; once is enough for any number of <see cref="Read"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear() => Vector256<byte>.Zero.StoreUnsafe(ref _symbols[Length]);

    /// <summary>Reads a window.</summary>
    /// <param name="text">64 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(ref byte text)
    {
        ref byte symbols = ref _symbols[0];
        ref ushort indexes = ref _indexes[0];
        Word = 0;
        Graphic = 0;
        Odd = 0;
        for (int i = 0; i < Length; i += Vector256<byte>.Count)
        {
            Vector256<byte> v = Vector256.LoadUnsafe(ref text, (nuint)i);
            Vector256<byte> lowered = v | Vector256.Create((byte)0x20);
            Vector256<byte> letter = In(lowered, 'a', 'z');
            Vector256<byte> digit = In(v, '0', '9');
            Vector256<byte> graphic = In(v, '!', '~');
            Vector256<byte> space = Is(v, ' ') | Is(v, '\t') | Is(v, '\n') | Is(v, '\r');
            Word |= (ulong)(letter | digit).ExtractMostSignificantBits() << i;
            Graphic |= (ulong)graphic.ExtractMostSignificantBits() << i;
            Odd |= (ulong)(graphic | space).ExtractMostSignificantBits() << i;
            Vector256<byte> symbol = (letter & lowered & Vector256.Create((byte)0x1F))
                | (digit & (v - Vector256.Create((byte)('0' - PieceTable.FirstDigit))));
            symbol.StoreUnsafe(ref symbols, (nuint)i);
        }

        Odd = ~Odd;
        for (int i = 0; i < Length; i += Vector256<byte>.Count)
        {
            Vector256<byte> first = Vector256.LoadUnsafe(ref symbols, (nuint)i);
            Vector256<byte> second = Vector256.LoadUnsafe(ref symbols, (nuint)i + 1);
            Vector256<byte> third = Vector256.LoadUnsafe(ref symbols, (nuint)i + 2);
            Vector256<byte> v = Vector256.LoadUnsafe(ref text, (nuint)i);

            // A byte that is no symbol is taken for punctuation: nobody asks for the index of a space.
            Vector256<byte> punctuation = Vector256.Equals(first, Vector256<byte>.Zero);
            Index(
                Vector256.WidenLower(first), Vector256.WidenLower(second), Vector256.WidenLower(third),
                Vector256.WidenLower(v), Vector256.WidenLower(punctuation.AsSByte()).AsUInt16()).StoreUnsafe(ref indexes, (nuint)i);
            Index(
                Vector256.WidenUpper(first), Vector256.WidenUpper(second), Vector256.WidenUpper(third),
                Vector256.WidenUpper(v), Vector256.WidenUpper(punctuation.AsSByte()).AsUInt16()).StoreUnsafe(ref indexes, (nuint)i + 16);
        }
    }

    /// <summary>Index into <see cref="PieceTable"/> of what begins at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint IndexAt(int place) =>
        Unsafe.Add(ref Unsafe.As<IndexBuffer, ushort>(ref Unsafe.AsRef(in _indexes)), (uint)place & (Length - 1));

    /// <summary>The symbol at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int SymbolAt(int place) => _symbols[place];

    /// <summary>16 symbols from a place on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> SymbolsAt(int place) =>
        Vector128.LoadUnsafe(ref Unsafe.As<SymbolBuffer, byte>(ref Unsafe.AsRef(in _symbols)), (uint)place & (Length - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ushort> Index(
        Vector256<ushort> first, Vector256<ushort> second, Vector256<ushort> third, Vector256<ushort> text, Vector256<ushort> punctuation)
    {
        Vector256<ushort> factor = Vector256.Create((ushort)PieceTable.SymbolFactor);
        return Vector256.ConditionalSelect(
            punctuation, text | Vector256.Create((ushort)PieceTable.FirstPunctuation), (((first * factor) + second) * factor) + third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> Is(Vector256<byte> v, char c) => Vector256.Equals(v, Vector256.Create((byte)c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> In(Vector256<byte> v, char first, char last) => Vector256.GreaterThan(
        (v + Vector256.Create((byte)(0x7F - last))).AsSByte(), Vector256.Create((sbyte)(0x7E - (last - first)))).AsByte();

    [InlineArray(Length + Padding)]
    struct SymbolBuffer
    {
        byte _first;
    }

    [InlineArray(Length)]
    struct IndexBuffer
    {
        ushort _first;
    }
}
