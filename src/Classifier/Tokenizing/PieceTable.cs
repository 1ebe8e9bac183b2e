using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Classifier.Tokenizing;

/// <summary>The pieces of a vocabulary that are made of a-z and 0-9, and its ASCII punctuation, laid out for the longest match.</summary>
/// <remarks>
/// Three levels. A direct table over the first three symbols answers for every piece of up to three: most numbers and ids, and all punctuation.
/// Where longer pieces begin with these three, a hash table is asked for all that is left of the word, and only then a trie, step by step.
/// Safe on any thread.
/// </remarks>
sealed partial class PieceTable
{
    /// <summary>Symbols: 0 for no word, 1 to 26 for letters, from here on digits.</summary>
    public const int FirstDigit = 27;

    /// <summary>Index of three symbols: <c>(first * factor + second) * factor + third</c>; fits 16 bits.</summary>
    public const int SymbolFactor = 40;

    /// <summary>Index of punctuation: this plus the byte.</summary>
    public const int FirstPunctuation = 0xFF00;

    const int SymbolCount = FirstDigit + 10;
    const int IndexCount = 1 << 16;
    const int IdBits = 24;
    const int ShortLengthMax = 3;

    const int HashedLengthMax = 16;

    // In the key's first byte, beyond the symbol: tells continuations from beginnings of words.
    const int ContinuationShift = 6;

    // By (continuation << 16 | index): id, length << 24 (0: no piece), trie node << 32 (0: no longer piece).
    readonly ulong[] _short;
    readonly TrieNode[] _nodes;

    // Pieces of 4 to 16 symbols, open addressing.
    readonly HashedPiece[] _hashed;

    /// <summary>The longest piece at a place of a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="place">Of a graphic byte.</param>
    /// <param name="left">Bytes to the end of the word; 0 for punctuation.</param>
    /// <param name="continuation">0 at the beginning of a word and at punctuation, else 1.</param>
    /// <returns>The piece; a length of 0 when there is none, which is never so for punctuation.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Piece Find(ref readonly WordWindow window, int place, int left, uint continuation)
    {
        ulong entry = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_short), (continuation << 16) | window.IndexAt(place));
        return entry >> 32 == 0 || left <= ShortLengthMax ? new Piece((uint)entry) : FindLong(in window, place, left, continuation, entry);
    }

    /// <summary>Looks up, for each word and each punctuation of a window, what is most likely its only piece. No branch depends on the text.</summary>
    /// <param name="window">The window.</param>
    /// <param name="begins">Where they begin.</param>
    /// <param name="found">Receives for each: the piece, bytes of the word &lt;&lt; 32 (0 for punctuation), place &lt;&lt; 40. If the piece is shorter than
    /// the word, <see cref="Find"/> must be asked.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FindAll(ref readonly WordWindow window, ulong begins, ref ulong found)
    {
        ref ulong shorts = ref MemoryMarshal.GetArrayDataReference(_short);
        ref HashedPiece hashed = ref MemoryMarshal.GetArrayDataReference(_hashed);
        uint mask = (uint)_hashed.Length - 1;
        ulong word = window.Word;
        nuint count = 0;
        for (; begins != 0; begins &= begins - 1)
        {
            int place = BitOperations.TrailingZeroCount(begins);
            int left = BitOperations.TrailingZeroCount(~(word >> place));
            Vector128<byte> key = Key(window.SymbolsAt(place), left);
            ref HashedPiece guess = ref Unsafe.Add(ref hashed, Hash(key) & mask);
            uint isIt = 0 - ((Vector128.Equals(guess.Key, key).ExtractMostSignificantBits() + 1) >> 16);
            uint piece = (uint)Unsafe.Add(ref shorts, window.IndexAt(place));
            piece ^= (piece ^ guess.Value) & isIt;
            Unsafe.Add(ref found, count++) = piece | ((ulong)(uint)left << 32) | ((ulong)(uint)place << 40);
        }

        return (int)count;
    }

    Piece FindLong(ref readonly WordWindow window, int place, int left, uint continuation, ulong entry)
    {
        if (left <= HashedLengthMax)
        {
            Vector128<byte> key = Key(window.SymbolsAt(place), left) | Vector128.CreateScalar((byte)(continuation << ContinuationShift));
            ref HashedPiece hashed = ref MemoryMarshal.GetArrayDataReference(_hashed);
            uint mask = (uint)_hashed.Length - 1;
            for (uint slot = Hash(key) & mask; ; slot = (slot + 1) & mask)
            {
                ref HashedPiece piece = ref Unsafe.Add(ref hashed, slot);
                if (piece.Key == key)
                {
                    return new Piece(piece.Value);
                }

                if (piece.Value == 0)
                {
                    break;
                }
            }
        }

        return Walk(in window, place, left, entry);
    }

    Piece Walk(ref readonly WordWindow window, int place, int left, ulong entry)
    {
        Piece longest = new((uint)entry);
        ref TrieNode nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref TrieNode node = ref Unsafe.Add(ref nodes, (uint)(entry >> 32));
        for (int i = ShortLengthMax; i < left; i++)
        {
            int symbol = window.SymbolAt(place + i);
            if ((node.Children >> symbol & 1) == 0)
            {
                break;
            }

            node = ref Unsafe.Add(ref nodes, node.ChildAt(symbol));
            if (node.Id != 0)
            {
                longest = new Piece(node.Id - 1, i + 1);
            }
        }

        return longest;
    }

    /// <summary>The symbols of a word, or its first 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Key(Vector128<byte> symbols, int length)
    {
        Vector128<sbyte> places = Vector128.Create((sbyte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        return symbols & Vector128.LessThan(places, Vector128.Create((sbyte)length)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Hash(Vector128<byte> key)
    {
        ulong high = key.AsUInt64().GetElement(1);
        ulong hash = (key.AsUInt64().ToScalar() ^ BitOperations.RotateLeft(high * 0x9E3779B97F4A7C15, 32)) * 0xD6E8FEB86659FD93;
        return (uint)(hash >> 40);
    }

    /// <summary>An id and its bytes in one register.</summary>
    public readonly struct Piece
    {
        readonly uint _value;

        public Piece(uint entry) => _value = entry;

        public Piece(int id, int length) => _value = (uint)id | ((uint)length << IdBits);

        public int Id => (int)(_value & ((1 << IdBits) - 1));

        public int Length => (int)(_value >> IdBits);
    }

    /// <summary>A place of the hash table: key and value side by side, so that they mostly come in one cache line.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    struct HashedPiece
    {
        public Vector128<byte> Key;

        /// <summary>Id, length &lt;&lt; 24; 0 when the place is free.</summary>
        public uint Value;
    }

    /// <summary>Children lie side by side in the order of their symbols.</summary>
    struct TrieNode
    {
        /// <summary>A bit for each symbol that goes on.</summary>
        public ulong Children;

        public int FirstChild;

        /// <summary>Id + 1 of the piece that ends here, or 0.</summary>
        public int Id;

        /// <summary>Where the child of a symbol lies.</summary>
        public readonly int ChildAt(int symbol) => FirstChild + BitOperations.PopCount(Children & ((1UL << symbol) - 1));

        /// <summary>The entry of the piece that ends here, or else the one given.</summary>
        public readonly ulong Better(int length, ulong entry) => Id != 0 ? Entry(Id - 1, length) : entry;
    }
}
