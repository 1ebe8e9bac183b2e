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
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)vocabulary.Count * 2)];
        _keys = new Vector128<byte>[vocabulary.Count + 1];
        LinkedTrie trie = new(vocabulary.Count * 4);
        Span<byte> symbols = stackalloc byte[WordLengthMax];
        for (int id = 0; id < vocabulary.Count; id++)
        {
            ReadOnlySpan<byte> token = vocabulary.Token(id);
            if (token.Length == 1 && !char.IsAsciiLetterOrDigit((char)token[0]) && token[0] < 0x80)
            {
                _short[FirstPunctuation | token[0]] = Entry(id, 1, 0);
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

        int[] places = trie.Flatten(out _nodes);
        FillShort(trie, WordRoot, places, 0);
        FillShort(trie, ContinuationRoot, places, IndexCount);
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
        Vector128<byte> key = Key(Vector128.Create<byte>(padded), symbols.Length, continuation);
        _keys[id + 1] = key;
        uint slot = Slot(key);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & ((uint)_slots.Length - 1);
        }

        _slots[slot] = id + 1;
    }

    /// <summary>For every three symbols, the longest piece among them, and the node where longer ones go on.</summary>
    void FillShort(LinkedTrie trie, int root, ReadOnlySpan<int> places, int offset)
    {
        for (int first = 1; first < SymbolCount; first++)
        {
            int one = trie.Child(root, first);
            ulong best1 = Better(trie, one, 1, 0);
            for (int second = 0; second < SymbolCount; second++)
            {
                int two = second == 0 ? 0 : trie.Child(one, second);
                ulong best2 = Better(trie, two, 2, best1);
                for (int third = 0; third < SymbolCount; third++)
                {
                    // Behind the end of a word stands another word, which does not count.
                    int three = second == 0 || third == 0 ? 0 : trie.Child(two, third);
                    ulong entry = Better(trie, three, 3, best2);
                    if (trie.HasChildren(three))
                    {
                        entry |= (ulong)places[three] << 32;
                    }

                    _short[offset + (((first * SymbolFactor) + second) * SymbolFactor) + third] = entry;
                }
            }
        }
    }

    static ulong Better(LinkedTrie trie, int node, int length, ulong entry) => trie.Id(node) >= 0 ? Entry(trie.Id(node), length, 0) : entry;

    static ulong Entry(int id, int length, int node) => (uint)id | ((ulong)length << IdBits) | ((ulong)node << 32);

    /// <summary>A trie that grows: children in a linked list, node 0 for none.</summary>
    sealed class LinkedTrie
    {
        readonly List<Node> _nodes;

        public LinkedTrie(int capacity) => _nodes = new List<Node>(capacity) { new(0, 0), new(0, 0), new(0, 0) };

        public int Id(int node) => _nodes[node].Id;

        public bool HasChildren(int node) => _nodes[node].FirstChild != 0;

        public int Child(int node, int symbol)
        {
            int child = _nodes[node].FirstChild;
            while (child != 0 && _nodes[child].Symbol != symbol)
            {
                child = _nodes[child].Sibling;
            }

            return child;
        }

        public void Add(int root, ReadOnlySpan<byte> symbols, int id)
        {
            int node = root;
            foreach (byte symbol in symbols)
            {
                int child = Child(node, symbol);
                if (child == 0)
                {
                    child = _nodes.Count;
                    _nodes.Add(new Node(symbol, _nodes[node].FirstChild));
                    _nodes[node] = _nodes[node] with { FirstChild = child };
                }

                node = child;
            }

            _nodes[node] = _nodes[node] with { Id = id };
        }

        /// <summary>Lays the children of each node side by side.</summary>
        /// <returns>By node, its place in the flat trie.</returns>
        public int[] Flatten(out TrieNode[] flat)
        {
            flat = new TrieNode[_nodes.Count];
            int[] places = new int[_nodes.Count];
            int[] order = new int[_nodes.Count];
            (places[WordRoot], order[0], places[ContinuationRoot], order[1]) = (0, WordRoot, 1, ContinuationRoot);
            int count = 2;
            for (int place = 0; place < count; place++)
            {
                Node node = _nodes[order[place]];
                flat[place] = new TrieNode { FirstChild = count, Id = node.Id + 1 };
                for (int child = node.FirstChild; child != 0; child = _nodes[child].Sibling)
                {
                    flat[place].Children |= 1UL << _nodes[child].Symbol;
                }

                for (int child = node.FirstChild; child != 0; child = _nodes[child].Sibling)
                {
                    ulong before = flat[place].Children & ((1UL << _nodes[child].Symbol) - 1);
                    places[child] = flat[place].FirstChild + BitOperations.PopCount(before);
                    order[places[child]] = child;
                }

                count += BitOperations.PopCount(flat[place].Children);
            }

            return places;
        }

        readonly record struct Node(byte Symbol, int Sibling)
        {
            public int FirstChild { get; init; }

            public int Id { get; init; } = -1;
        }
    }
}
