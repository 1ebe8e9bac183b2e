using System.Buffers;
using System.Text;

namespace Classifier.Tokenizing;

/// <content>The specification: code point by code point, in the order of the rules. Every faster lane is compared with it.</content>
public sealed partial class WordPieceTokenizer
{
    internal int EncodeScalar(ReadOnlySpan<byte> utf8, Span<int> ids)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ids.Length, 2);
        PieceWriter writer = new(_vocabulary, ids[..^1], stackalloc int[PieceWriter.WordCountMax]);
        writer.WriteId(_vocabulary.Start);
        while (!utf8.IsEmpty && !writer.IsFull)
        {
            // Invalid bytes become U+FFFD, which vanishes like a control character.
            OperationStatus status = Rune.DecodeFromUtf8(utf8, out Rune rune, out int length);
            if (status == OperationStatus.Done)
            {
                if (_rules == WordPieceRules.Uncased)
                {
                    Read(rune.Value, ref writer);
                }
                else
                {
                    ReadByRules(rune, ref writer);
                }
            }

            utf8 = utf8[length..];
        }

        writer.EndWord();
        int count = writer.Count;
        ids[count] = _vocabulary.End;
        return count + 1;
    }

    static void Read(int codePoint, ref PieceWriter writer)
    {
        switch (UnicodeFolding.Kind(codePoint))
        {
            case FoldKind.Drop or FoldKind.Mark:
                break;
            case FoldKind.MarkStarter:
                writer.EndOrder();
                break;
            case FoldKind.Space:
                writer.EndWord();
                break;
            case FoldKind.Ideograph:
                writer.EndWord();
                WriteFolded(codePoint, ref writer);
                writer.EndWord();
                break;
            default:
                WriteFolded(codePoint, ref writer);
                break;
        }
    }

    static void WriteFolded(int codePoint, ref PieceWriter writer)
    {
        Span<int> folded = stackalloc int[UnicodeFolding.FoldedCountMax];
        foreach (int item in folded[..UnicodeFolding.Fold(codePoint, folded)])
        {
            switch (UnicodeFolding.Kind(item))
            {
                case FoldKind.Punctuation:
                    writer.WriteAlone(item);
                    break;
                case FoldKind.Ordered:
                    writer.AppendOrdered(item);
                    break;
                default:
                    writer.Append(item);
                    break;
            }
        }
    }
}
