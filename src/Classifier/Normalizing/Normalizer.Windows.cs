using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Classifier.Normalizing;

/// <content>
/// All rules at once over windows of up to 64 bytes. A window ends behind a byte that no rule looks across, so that each window can be
/// folded by itself; what two windows have in common is only the run of spaces between them.
/// </content>
public static partial class Normalizer
{
    // Memory is there or not by whole pages, of this size or a multiple of it.
    internal const int PageBytes = 4096;

    static int NormalizeWindows<TScan>(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> text)
        where TScan : IWindowScan
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(text.Length, TextBytesMax);
        int length = 0;
        if (!app.IsEmpty)
        {
            length = ShortNames.TryLower(app, text) ? app.Length : FoldPart<TScan>(Cut(app, AppBytesMax), text);
        }

        if (length > 0)
        {
            text[length++] = (byte)':';
            text[length++] = (byte)' ';
        }

        return length + FoldPart<TScan>(Cut(body, BodyBytesMax), text[length..]);
    }

    static int FoldPart<TScan>(ReadOnlySpan<byte> part, Span<byte> text)
        where TScan : IWindowScan
    {
        int length = FoldWindows<TScan>(part, text, out bool marksTouch);
        return marksTouch ? ShortenRules(text[..length]) : length;
    }

    /// <summary>Folds window after window.</summary>
    [SkipLocalsInit]
    static unsafe int FoldWindows<TScan>(ReadOnlySpan<byte> part, Span<byte> text, out bool marksTouch)
        where TScan : IWindowScan
    {
        byte* window = stackalloc byte[IWindowScan.Length];
        byte* tail = stackalloc byte[IWindowScan.ReadLength];
        ref byte lowered = ref *window;
        ref byte target = ref MemoryMarshal.GetReference(text);
        ulong spaceBefore = 1;
        ulong touching = 0;
        int end = 0;
        fixed (byte* bytes = part)
        {
            for (int position = 0; position < part.Length;)
            {
                byte* source = bytes + position;
                int left = part.Length - position;
                if (((nuint)source & (PageBytes - 1)) > PageBytes - IWindowScan.ReadLength && left < IWindowScan.ReadLength)
                {
                    part[position..].CopyTo(new Span<byte>(tail, IWindowScan.ReadLength));
                    source = tail;
                }

                TScan.Scan(ref *source, ref lowered, out WindowMasks masks);
                ulong inside = left < IWindowScan.Length ? ~(ulong.MaxValue << left) : ulong.MaxValue;
                masks.Digit &= inside;
                masks.Letter &= inside;
                masks.Joiner &= inside;
                ulong word = masks.Digit | masks.Letter;
                ulong marks = masks.HasMarks ? TScan.ScanFor(ref lowered, '#') & inside : 0;

                // A run of punctuation is not cut.
                ulong breaks = (~(word | masks.Joiner | marks) & (~masks.Repeat | masks.Space)) | ~inside;
                if (breaks == 0)
                {
                    end += FoldStretch(part[position..], text[end..], out int stretch);
                    position += stretch;
                    spaceBefore = 0;
                    continue;
                }

                int unused = BitOperations.LeadingZeroCount(breaks);
                position += IWindowScan.Length - unused;
                ulong valid = (ulong.MaxValue >> unused) & inside;
                ulong kept = valid & ~(masks.Space & ((masks.Space << 1) | spaceBefore));
                spaceBefore = masks.Space >> (63 - unused) & 1;
                ulong rule = masks.Repeat & (masks.Repeat << 1) & ~(word | masks.Space | marks);
                if (rule != 0)
                {
                    kept &= ~(rule << 1) | ScanForHigh(ref lowered);
                }

                if (((masks.Digit | marks) & valid) != 0)
                {
                    TScan.ScanNumbers(ref lowered, out NumberMasks numbers);
                    numbers.HexLetter &= inside;
                    numbers.Percent &= inside;
                    ulong hexPrefixes = masks.Digit & ~(word << 1) & (numbers.X >> 1);
                    if (hexPrefixes != 0)
                    {
                        hexPrefixes = (hexPrefixes & TScan.ScanFor(ref lowered, '0')) << 1;
                    }

                    NumberFolding numberFolding = new(masks, numbers, hexPrefixes, marks);
                    kept &= ~numberFolding.Deleted;
                    touching |= MoreThanOne(numberFolding.Touching & valid);
                    TScan.Substitute(ref lowered, numberFolding.Marks, numberFolding.Zeros);
                }
                else if (kept == valid && text.Length - end >= IWindowScan.Length)
                {
                    // Not asked behind numbers: the answer would come late there, and a wrong guess cost more than the copying saves.
                    TScan.Copy(ref lowered, ref Unsafe.Add(ref target, end));
                    end += BitOperations.PopCount(kept);
                    continue;
                }

                end += text.Length - end >= IWindowScan.Length
                    ? TScan.Compact(ref lowered, kept, ref Unsafe.Add(ref target, end))
                    : CompactNearEnd<TScan>(ref lowered, kept, text[end..]);
            }
        }

        marksTouch = touching != 0;
        return end > 0 && text[end - 1] == ' ' ? end - 1 : end;
    }

    /// <summary>Folds up to the first byte that a window can end at, when that is further than a window: ids of more than 64 bytes, and the like.</summary>
    /// <param name="part">From a place that no rule looks across.</param>
    /// <param name="text">Room for as much.</param>
    /// <param name="read">Bytes read, 64 or more.</param>
    /// <returns>Bytes written.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int FoldStretch(ReadOnlySpan<byte> part, Span<byte> text, out int read)
    {
        read = IWindowScan.Length;
        while (read < part.Length && !IsBreak(part[read], read + 1 < part.Length ? part[read + 1] : (byte)0))
        {
            read++;
        }

        // A percent sign or the last of a run of punctuation belongs to what is before it.
        if (read < part.Length && part[read] is > (byte)' ' and not 0x7F)
        {
            read++;
        }

        return Fold(part[..read], text);
    }

    static bool IsBreak(byte b, byte next) =>
        !IsWord(b) && !IsUpper(b) && !IsJoiner(b) && b != '#' && (b != next || b is <= (byte)' ' or 0x7F);

    /// <summary>The bytes beyond ASCII.</summary>
    static ulong ScanForHigh(ref byte lowered)
    {
        ulong high = 0;
        for (int i = 0; i < IWindowScan.Length; i += Vector128<byte>.Count)
        {
            high |= (ulong)Vector128.LoadUnsafe(ref lowered, (nuint)i).ExtractMostSignificantBits() << i;
        }

        return high;
    }

    /// <summary>Zero unless two bits or more are set.</summary>
    static ulong MoreThanOne(ulong mask) => mask & (mask - 1);

    [SkipLocalsInit]
    static int CompactNearEnd<TScan>(ref byte lowered, ulong kept, Span<byte> text)
        where TScan : IWindowScan
    {
        Span<byte> last = stackalloc byte[IWindowScan.Length];
        int count = TScan.Compact(ref lowered, kept, ref MemoryMarshal.GetReference(last));
        last[..count].CopyTo(text);
        return count;
    }
}
