using System.Buffers.Binary;
using System.Text;

namespace Classifier.Tokenizing;

/// <summary>Writes a Unigram vocabulary as the SentencePiece model that Microsoft.ML.Tokenizers reads.</summary>
/// <remarks>Source of the field numbers: sentencepiece_model.proto.</remarks>
sealed class UnigramModel
{
    const int Normal = 1;
    const int Unknown = 2;
    const int Control = 3;

    readonly List<byte> _bytes = [];

    /// <param name="pieces">Piece and score, by id.</param>
    /// <param name="unknown">Id of the unknown token.</param>
    /// <param name="special">Ids that no text becomes.</param>
    /// <param name="charsMap">Precompiled normaliser; may be empty.</param>
    public static byte[] Write(IReadOnlyList<(string Piece, float Score)> pieces, int unknown, HashSet<int> special, byte[] charsMap)
    {
        UnigramModel model = new();
        for (int id = 0; id < pieces.Count; id++)
        {
            UnigramModel piece = new();
            piece.Bytes(1, Encoding.UTF8.GetBytes(pieces[id].Piece));
            piece.Float(2, pieces[id].Score);
            piece.Number(3, id == unknown ? Unknown : special.Contains(id) ? Control : Normal);
            model.Bytes(1, [.. piece._bytes]);
        }

        // Begin, end and unknown must all be there; who has none of the first two never sees them, since no ends are asked for.
        UnigramModel trainer = new();
        trainer.Number(3, 1);
        byte[] name = Encoding.UTF8.GetBytes(pieces[unknown].Piece);
        for (int i = 0; i < 3; i++)
        {
            trainer.Number(40 + i, unknown);
            trainer.Bytes(45 + i, name);
        }

        model.Bytes(2, [.. trainer._bytes]);
        UnigramModel normalizer = new();
        normalizer.Bytes(2, charsMap);
        normalizer.Number(3, 1);
        normalizer.Number(5, 1);
        model.Bytes(3, [.. normalizer._bytes]);
        return [.. model._bytes];
    }

    void Bytes(int field, ReadOnlySpan<byte> content)
    {
        Varint((uint)((field << 3) | 2));
        Varint((uint)content.Length);
        _bytes.AddRange(content);
    }

    void Number(int field, int value)
    {
        Varint((uint)(field << 3));
        Varint((uint)value);
    }

    void Float(int field, float value)
    {
        Varint((uint)((field << 3) | 5));
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    void Varint(uint value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
