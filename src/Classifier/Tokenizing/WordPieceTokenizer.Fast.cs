using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Classifier.Tokenizing;

/// <content>
/// The fast lane: ASCII in windows of up to 64 bytes that end between words. What is not ASCII goes, with the word that it is in, through the
/// slow lane, which is the scalar version; both lanes start and end at a byte that belongs to no word.
/// </content>
public sealed partial class WordPieceTokenizer
{
    [SkipLocalsInit]
    internal int EncodeFast(ReadOnlySpan<byte> utf8, Span<int> ids)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ids.Length, 2);
        Span<int> pieces = ids[..^1];
        pieces[0] = _vocabulary.Start;
        int count = 1;
        Span<byte> tail = stackalloc byte[WordWindow.Length];
        Unsafe.SkipInit(out WordWindow window);
        window.Clear();
        while (!utf8.IsEmpty && count < pieces.Length)
        {
            ulong inside = ulong.MaxValue;
            if (utf8.Length >= WordWindow.Length)
            {
                window.Read(ref MemoryMarshal.GetReference(utf8));
            }
            else
            {
                tail.Clear();
                utf8.CopyTo(tail);
                window.Read(ref MemoryMarshal.GetReference(tail));
                inside = ~(ulong.MaxValue << utf8.Length);
            }

            // The last byte, before the first odd one, that is in no word.
            ulong odd = window.Odd & inside;
            ulong ends = ~window.Word & (odd == 0 ? ulong.MaxValue : (odd & (0 - odd)) - 1);
            if (ends == 0)
            {
                utf8 = utf8[EncodeSlow(utf8, pieces, ref count)..];
                continue;
            }

            int length = WordWindow.Length - BitOperations.LeadingZeroCount(ends);
            ulong pending = window.Graphic & (ulong.MaxValue >> (WordWindow.Length - length));
            if (pieces.Length - count >= WordWindow.Length)
            {
                count += EncodeWindow(ref window, pending, ref pieces[count]);
            }
            else
            {
                count += EncodeLastWindow(ref window, pending, pieces[count..]);
            }

            utf8 = utf8[Math.Min(length, utf8.Length)..];
        }

        ids[count] = _vocabulary.End;
        return count + 1;
    }

    /// <summary>Encodes the words of a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="pending">Its graphic bytes, up to the end of a word.</param>
    /// <param name="ids">Room for 64.</param>
    /// <returns>Ids written.</returns>
    [SkipLocalsInit]
    int EncodeWindow(ref readonly WordWindow window, ulong pending, ref int ids)
    {
        Span<ulong> all = stackalloc ulong[WordWindow.Length];
        ref ulong found = ref MemoryMarshal.GetReference(all);

        // Words and punctuation begin where the masks say, so that no look-up has to wait for the one before.
        int words = _table.FindAll(in window, pending & ~(window.Word & (window.Word << 1)), ref found);
        ref int end = ref ids;
        for (int i = 0; i < words; i++)
        {
            ulong each = Unsafe.Add(ref found, i);
            PieceTable.Piece piece = new((uint)each);
            int left = (byte)(each >> 32);
            end = piece.Id;
            if (piece.Length < left)
            {
                end = ref EncodeWord(in window, (int)(each >> 40), left, ref end);
            }

            end = ref Unsafe.Add(ref end, 1);
        }

        return (int)(Unsafe.ByteOffset(ref ids, ref end) / sizeof(int));
    }

    /// <summary>Encodes a word of several pieces, or one that was hard to find.</summary>
    /// <param name="window">The window.</param>
    /// <param name="place">Of the word.</param>
    /// <param name="left">Its bytes.</param>
    /// <param name="ids">Room for as many; all of them are one <c>[UNK]</c> if one is missing.</param>
    /// <returns>The last id written.</returns>
    ref int EncodeWord(ref readonly WordWindow window, int place, int left, ref int ids)
    {
        PieceTable table = _table;
        ref int last = ref ids;
        for (uint continuation = 0; ; continuation = 1)
        {
            PieceTable.Piece piece = table.Find(in window, place, left, continuation);
            if (piece.Length == 0)
            {
                ids = _vocabulary.Unknown;
                return ref ids;
            }

            last = piece.Id;
            if (piece.Length == left)
            {
                return ref last;
            }

            place += piece.Length;
            left -= piece.Length;
            last = ref Unsafe.Add(ref last, 1);
        }
    }

    [SkipLocalsInit]
    int EncodeLastWindow(ref readonly WordWindow window, ulong pending, Span<int> ids)
    {
        Span<int> all = stackalloc int[WordWindow.Length];
        int count = Math.Min(EncodeWindow(in window, pending, ref MemoryMarshal.GetReference(all)), ids.Length);
        all[..count].CopyTo(ids);
        return count;
    }

    /// <summary>Encodes up to the next ASCII byte that is in no word.</summary>
    /// <returns>Bytes read: one or more.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    int EncodeSlow(ReadOnlySpan<byte> utf8, Span<int> ids, ref int count)
    {
        PieceWriter writer = new(_vocabulary, ids[count..], stackalloc int[PieceWriter.WordCountMax]);
        int position = 0;
        do
        {
            OperationStatus status = Rune.DecodeFromUtf8(utf8[position..], out Rune rune, out int length);
            if (status == OperationStatus.Done)
            {
                Read(rune.Value, ref writer);
            }

            position += length;
        }
        while (position < utf8.Length && !writer.IsFull && !EndsWord(utf8[position]));

        writer.EndWord();
        count += writer.Count;
        return position;
    }

    static bool EndsWord(byte b) => b < 0x80 && UnicodeFolding.Kind(b) is FoldKind.Space or FoldKind.Punctuation;
}
