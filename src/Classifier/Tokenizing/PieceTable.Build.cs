using System.Numerics;
using System.Runtime.Intrinsics;

namespace Classifier.Tokenizing;

/// <content>Building: one pass over the tokens for a trie of linked lists, one over the trie for the tables.</content>
sealed partial class PieceTable
{
    // Nodes of the linked trie; 0 stands for none.
    const int WordRoot = 1;
    const int ContinuationRoot = 2;

    public PieceTable(Vocabulary vocabulary)
    {
        _short = new ulong[2 * IndexCount];
        _hashed = new HashedPiece[BitOperations.RoundUpToPowerOf2((uint)vocabulary.Count * 2)];

        // No word, and punctuation least of all, must find a free place equal to it.
        _hashed.AsSpan().Fill(new HashedPiece { Key = Vector128<byte>.AllBitsSet });
        LinkedTrie trie = new(vocabulary.Count * 4);
        Span<byte> symbols = stackalloc byte[WordLengthMax];
        for (char c = '!'; c <= '~'; c++)
        {
            _short[FirstPunctuation | c] = Entry(vocabulary.Unknown, 1);
        }

        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> token = vocabulary.Token(id);
            if (token.Length == 1 && !char.IsAsciiLetterOrDigit((char)token[0]) && token[0] < 0x80)
            {
                _short[FirstPunctuation | token[0]] = Entry(id, 1);
                continue;
            }

            bool continuation = token.StartsWith("##"u8) && token.Length > 2;
            ReadOnlySpan<byte> piece = continuation ? token[2..] : token;
            if (TryRead(piece, symbols))
            {
                trie.Add(continuation ? ContinuationRoot : WordRoot, symbols[..piece.Length], id);
                if (piece.Length is > ShortLengthMax and <= HashedLengthMax)
                {
                    AddKey(symbols[..piece.Length], continuation ? 1u : 0, id);
                }
            }
        }

        _nodes = trie.Flatten();
        FillShort(_nodes[0], 0);
        FillShort(_nodes[1], IndexCount);
    }

    /// <summary>Bytes of the longest word that is looked up at all.</summary>
    const int WordLengthMax = PieceWriter.WordCountMax;

    static bool TryRead(ReadOnlySpan<byte> piece, Span<byte> symbols)
    {
        if (piece.Length > WordLengthMax)
        {
            return false;
        }

        for (int i = 0; i < piece.Length; i++)
        {
            byte b = piece[i];
            if (b is >= (byte)'a' and <= (byte)'z')
            {
                symbols[i] = (byte)(b - 'a' + 1);
            }
            else if (b is >= (byte)'0' and <= (byte)'9')
            {
                symbols[i] = (byte)(b - '0' + FirstDigit);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    void AddKey(ReadOnlySpan<byte> symbols, uint continuation, int id)
    {
        Span<byte> padded = stackalloc byte[HashedLengthMax];
        padded.Clear();
        symbols.CopyTo(padded);
        Vector128<byte> key = Vector128.Create<byte>(padded) | Vector128.CreateScalar((byte)(continuation << ContinuationShift));
        uint mask = (uint)_hashed.Length - 1;
        uint slot = Hash(key) & mask;
        while (_hashed[slot].Value != 0)
        {
            slot = (slot + 1) & mask;
        }

        _hashed[slot] = new HashedPiece { Key = key, Value = (uint)Entry(id, symbols.Length) };
    }

    /// <summary>For every three symbols, the longest piece among them, and the node where longer ones go on.</summary>
    /// <remarks>Behind the end of a word (symbol 0) anything may stand: it does not count.</remarks>
    void FillShort(in TrieNode root, int offset)
    {
        for (ulong ones = root.Children; ones != 0; ones &= ones - 1)
        {
            int first = BitOperations.TrailingZeroCount(ones);
            ref readonly TrieNode one = ref _nodes[root.ChildAt(first)];
            int row = offset + (first * SymbolFactor * SymbolFactor);
            ulong best1 = one.Better(1, 0);
            _short.AsSpan(row, SymbolFactor * SymbolFactor).Fill(best1);
            for (ulong twos = one.Children; twos != 0; twos &= twos - 1)
            {
                int second = BitOperations.TrailingZeroCount(twos);
                ref readonly TrieNode two = ref _nodes[one.ChildAt(second)];
                ulong best2 = two.Better(2, best1);
                _short.AsSpan(row + (second * SymbolFactor), SymbolFactor).Fill(best2);
                for (ulong threes = two.Children; threes != 0; threes &= threes - 1)
                {
                    int third = BitOperations.TrailingZeroCount(threes);
                    int place = two.ChildAt(third);
                    ref readonly TrieNode three = ref _nodes[place];
                    ulong node = three.Children == 0 ? 0 : (ulong)place << 32;
                    _short[row + (second * SymbolFactor) + third] = three.Better(3, best2) | node;
                }
            }
        }
    }

    static ulong Entry(int id, int length) => (uint)id | ((ulong)length << IdBits);

    /// <summary>A trie that grows: children in a linked list, node 0 for none.</summary>
    sealed class LinkedTrie
    {
        // Near the root the lists are long: this leads over them. By root and the first three symbols.
        readonly int[] _thirds = new int[2 * IndexCount];
        LinkedNode[] _linked;
        int _count = ContinuationRoot + 1;

        public LinkedTrie(int capacity) => _linked = new LinkedNode[capacity + _count];

        public void Add(int root, ReadOnlySpan<byte> symbols, int id)
        {
            if (_linked.Length < _count + symbols.Length)
            {
                Array.Resize(ref _linked, (_linked.Length * 2) + symbols.Length);
            }

            if (symbols.Length < ShortLengthMax)
            {
                _linked[Descend(root, symbols)].Id = id + 1;
                return;
            }

            int index = (((symbols[0] * SymbolFactor) + symbols[1]) * SymbolFactor) + symbols[2];
            ref int third = ref _thirds[((root - WordRoot) * IndexCount) + index];
            if (third == 0)
            {
                third = Descend(root, symbols[..ShortLengthMax]);
            }

            _linked[Descend(third, symbols[ShortLengthMax..])].Id = id + 1;
        }

        int Descend(int node, ReadOnlySpan<byte> symbols)
        {
            foreach (byte symbol in symbols)
            {
                int child = _linked[node].FirstChild;
                while (child != 0 && _linked[child].Symbol != symbol)
                {
                    child = _linked[child].Sibling;
                }

                if (child == 0)
                {
                    child = _count++;
                    _linked[child].Symbol = symbol;
                    _linked[child].Sibling = _linked[node].FirstChild;
                    _linked[node].FirstChild = child;
                }

                node = child;
            }

            return node;
        }

        /// <summary>Lays the children of each node side by side; the two roots come first.</summary>
        public TrieNode[] Flatten()
        {
            TrieNode[] flat = new TrieNode[_count - 1];
            int[] order = new int[_count - 1];
            (order[0], order[1]) = (WordRoot, ContinuationRoot);
            int count = 2;
            for (int place = 0; place < count; place++)
            {
                ref LinkedNode node = ref _linked[order[place]];
                ref TrieNode target = ref flat[place];
                target.FirstChild = count;
                target.Id = node.Id;
                for (int child = node.FirstChild; child != 0; child = _linked[child].Sibling)
                {
                    target.Children |= 1UL << _linked[child].Symbol;
                }

                for (int child = node.FirstChild; child != 0; child = _linked[child].Sibling)
                {
                    order[target.ChildAt(_linked[child].Symbol)] = child;
                }

                count += BitOperations.PopCount(target.Children);
            }

            return flat;
        }
    }

    struct LinkedNode
    {
        public int FirstChild;
        public int Sibling;
        public int Id;
        public byte Symbol;
    }
}
