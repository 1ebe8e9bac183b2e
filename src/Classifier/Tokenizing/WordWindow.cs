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
    const int Padding = 16;

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
    public void Clear() => Vector128<byte>.Zero.StoreUnsafe(ref _symbols[Length]);

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
        for (int i = 0; i < Length; i += Vector128<byte>.Count)
        {
            Vector128<byte> v = Vector128.LoadUnsafe(ref text, (nuint)i);
            Vector128<byte> lowered = v | Vector128.Create((byte)0x20);
            Vector128<byte> letter = In(lowered, 'a', 'z');
            Vector128<byte> digit = In(v, '0', '9');
            Vector128<byte> graphic = In(v, '!', '~');
            Vector128<byte> space = Is(v, ' ') | Is(v, '\t') | Is(v, '\n') | Is(v, '\r');
            Word |= (ulong)(letter | digit).ExtractMostSignificantBits() << i;
            Graphic |= (ulong)graphic.ExtractMostSignificantBits() << i;
            Odd |= (ulong)(graphic | space).ExtractMostSignificantBits() << i;
            Vector128<byte> symbol = (letter & lowered & Vector128.Create((byte)0x1F))
                | (digit & (v - Vector128.Create((byte)('0' - PieceTable.FirstDigit))));
            symbol.StoreUnsafe(ref symbols, (nuint)i);
        }

        Odd = ~Odd;
        for (int i = 0; i < Length; i += Vector128<byte>.Count)
        {
            Vector128<byte> first = Vector128.LoadUnsafe(ref symbols, (nuint)i);
            Vector128<byte> second = Vector128.LoadUnsafe(ref symbols, (nuint)i + 1);
            Vector128<byte> third = Vector128.LoadUnsafe(ref symbols, (nuint)i + 2);
            Vector128<byte> v = Vector128.LoadUnsafe(ref text, (nuint)i);

            // A byte that is no symbol is taken for punctuation: nobody asks for the index of a space.
            Vector128<byte> punctuation = Vector128.Equals(first, Vector128<byte>.Zero);
            Index(
                Vector128.WidenLower(first), Vector128.WidenLower(second), Vector128.WidenLower(third),
                Vector128.WidenLower(v), Vector128.WidenLower(punctuation.AsSByte()).AsUInt16()).StoreUnsafe(ref indexes, (nuint)i);
            Index(
                Vector128.WidenUpper(first), Vector128.WidenUpper(second), Vector128.WidenUpper(third),
                Vector128.WidenUpper(v), Vector128.WidenUpper(punctuation.AsSByte()).AsUInt16()).StoreUnsafe(ref indexes, (nuint)i + 8);
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
    static Vector128<ushort> Index(
        Vector128<ushort> first, Vector128<ushort> second, Vector128<ushort> third, Vector128<ushort> text, Vector128<ushort> punctuation)
    {
        Vector128<ushort> factor = Vector128.Create((ushort)PieceTable.SymbolFactor);
        return Vector128.ConditionalSelect(
            punctuation, text | Vector128.Create((ushort)PieceTable.FirstPunctuation), (((first * factor) + second) * factor) + third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Is(Vector128<byte> v, char c) => Vector128.Equals(v, Vector128.Create((byte)c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> In(Vector128<byte> v, char first, char last) => Vector128.GreaterThan(
        (v + Vector128.Create((byte)(0x7F - last))).AsSByte(), Vector128.Create((sbyte)(0x7E - (last - first)))).AsByte();

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
