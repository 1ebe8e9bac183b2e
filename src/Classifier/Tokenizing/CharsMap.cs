using System.Buffers.Binary;
using System.Text;

namespace Classifier.Tokenizing;

/// <summary>The table by which a SentencePiece model folds Unicode: the longest stretch of bytes that is in it becomes another text.</summary>
/// <remarks>
/// Applied by us, since Microsoft.ML.Tokenizers does so for Unigram models only, and leaves the space that a zero-width character at the end becomes.
/// A table that is damaged folds less; it is never read beyond its end. Any thread. Source: sentencepiece's normalizer.cc and Darts-clone, whose array of
/// units is the trie: a label of 8 bits, a leaf bit and an offset that is combined by XOR.
/// </remarks>
sealed class CharsMap
{
    readonly uint[] _trie;
    readonly byte[] _texts;

    CharsMap(uint[] trie, byte[] texts) => (_trie, _texts) = (trie, texts);

    /// <param name="table">Length of the trie in bytes (32 bits), the trie, and the texts, each closed by a zero.</param>
    /// <returns>Null for an empty table, which folds nothing.</returns>
    /// <exception cref="InvalidDataException">The trie is longer than the table.</exception>
    public static CharsMap? Read(ReadOnlySpan<byte> table)
    {
        if (table.IsEmpty)
        {
            return null;
        }

        int trieBytes = table.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(table);
        if (trieBytes < sizeof(uint) || trieBytes > table.Length - sizeof(int))
        {
            throw new InvalidDataException("precompiled_charsmap is cut short");
        }

        uint[] trie = new uint[trieBytes / sizeof(uint)];
        for (int i = 0; i < trie.Length; i++)
        {
            trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(table[(sizeof(int) + (i * sizeof(uint)))..]);
        }

        return new CharsMap(trie, table[(sizeof(int) + trieBytes)..].ToArray());
    }

    public string Apply(string text)
    {
        ReadOnlySpan<byte> left = Encoding.UTF8.GetBytes(text);
        List<byte> folded = new(left.Length);
        while (!left.IsEmpty)
        {
            int length = Longest(left, out ReadOnlySpan<byte> becomes);
            if (length == 0)
            {
                _ = Rune.DecodeFromUtf8(left, out _, out length);
                becomes = left[..length];
            }

            folded.AddRange(becomes);
            left = left[length..];
        }

        return Encoding.UTF8.GetString([.. folded]);
    }

    /// <returns>Bytes of the longest stretch from here on that is in the table; 0 for none.</returns>
    int Longest(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> becomes)
    {
        becomes = default;
        int longest = 0;
        uint node = Offset(_trie[0]);
        for (int i = 0; i < bytes.Length; i++)
        {
            node ^= bytes[i];
            if (node >= _trie.Length || Label(_trie[node]) != bytes[i])
            {
                break;
            }

            uint unit = _trie[node];
            node ^= Offset(unit);
            if (HasLeaf(unit) && node < _trie.Length && TryRead((int)(_trie[node] & int.MaxValue), out ReadOnlySpan<byte> text))
            {
                longest = i + 1;
                becomes = text;
            }
        }

        return longest;
    }

    bool TryRead(int at, out ReadOnlySpan<byte> text)
    {
        text = at < _texts.Length ? _texts.AsSpan(at) : default;
        int length = text.IndexOf((byte)0);
        text = length < 0 ? default : text[..length];
        return length >= 0;
    }

    static bool HasLeaf(uint unit) => (unit >> 8 & 1) != 0;

    // With the bit that only values have, so that none of them is taken for a label.
    static uint Label(uint unit) => unit & 0x8000_00FF;

    static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
}
