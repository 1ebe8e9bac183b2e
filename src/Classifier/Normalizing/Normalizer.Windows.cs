using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Classifier.Normalizing;

/// <content>
/// All rules at once over windows of up to 64 bytes. A window ends behind a byte that no rule looks across, so that each window can be
/// folded by itself; what is left of two windows' common matters is the run of spaces between them.
/// </content>
public static partial class Normalizer
{
    // One byte is read before the text, and a whole window behind it.
    const int Front = 16;
    const int StagingBytes = Front + TextBytesMax + IWindowScan.Length;

    [SkipLocalsInit]
    static int NormalizeWindows<TScan>(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> text)
        where TScan : IWindowScan
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(text.Length, TextBytesMax);
        ReadOnlySpan<byte> trimmedApp = Trim(Cut(app, AppBytesMax));
        ReadOnlySpan<byte> trimmedBody = Trim(Cut(body, BodyBytesMax));
        Span<byte> staging = stackalloc byte[StagingBytes];
        if (!TryStage(trimmedApp, trimmedBody, staging, out int length)
            || !TryFoldWindows<TScan>(ref Unsafe.Add(ref MemoryMarshal.GetReference(staging), Front), length, text, out int folded, out bool marksTouch))
        {
            return NormalizeScalar(app, body, text);
        }

        return marksTouch ? ShortenRules(text[..folded]) : folded;
    }

    /// <summary>Lays <c>app: body</c> out with the space that windows need around it.</summary>
    /// <returns>False when the two must be folded apart: rules would look across the seam, or there is no body.</returns>
    static bool TryStage(ReadOnlySpan<byte> app, ReadOnlySpan<byte> body, Span<byte> staging, out int length)
    {
        staging[Front - 1] = (byte)' ';
        length = 0;
        if (body.IsEmpty)
        {
            return false;
        }

        Span<byte> target = staging[Front..];
        if (!app.IsEmpty)
        {
            if (app[^1] == ':')
            {
                return false;
            }

            app.CopyTo(target);
            target[app.Length] = (byte)':';
            target[app.Length + 1] = (byte)' ';
            length = app.Length + 2;
        }

        body.CopyTo(target[length..]);
        length += body.Length;
        target.Slice(length, IWindowScan.Length).Fill((byte)' ');
        return true;
    }

    [SkipLocalsInit]
    static bool TryFoldWindows<TScan>(ref byte source, int length, Span<byte> text, out int folded, out bool marksTouch)
        where TScan : IWindowScan
    {
        Span<byte> window = stackalloc byte[IWindowScan.Length];
        Span<byte> last = stackalloc byte[IWindowScan.Length];
        ref byte lowered = ref MemoryMarshal.GetReference(window);
        ulong spaceBefore = 0;
        folded = 0;
        marksTouch = false;
        for (int position = 0; position < length;)
        {
            TScan.Scan(ref Unsafe.Add(ref source, position), ref lowered, out WindowMasks masks);

            // A run of punctuation is not cut; whether it goes on behind the window cannot be seen from its last byte.
            ulong word = masks.Digit | masks.Letter;
            ulong breaks = ~(word | masks.Joiner | masks.Mark) & ((~(masks.Repeat >> 1) & (ulong.MaxValue >> 1)) | masks.Space);
            if (breaks == 0)
            {
                return false;
            }

            int unused = BitOperations.LeadingZeroCount(breaks);
            ulong valid = ulong.MaxValue >> unused;
            position += IWindowScan.Length - unused;

            ulong punctuation = ~(word | masks.Space | masks.High | masks.Mark);
            ulong deleted = (masks.Space & ((masks.Space << 1) | spaceBefore)) | (masks.Repeat & (masks.Repeat << 1) & punctuation);
            spaceBefore = masks.Space >> (63 - unused) & 1;
            if (((masks.Digit | masks.Mark) & valid) != 0)
            {
                masks.Digit &= valid;
                masks.Letter &= valid;
                masks.Joiner &= valid;
                masks.Mark &= valid;
                TScan.ScanNumbers(ref lowered, out NumberMasks numbers);
                numbers.HexLetter &= valid;
                NumberFolding numberFolding = new(masks, numbers);
                deleted |= numberFolding.Deleted;
                marksTouch |= numberFolding.MarksTouch;
                TScan.Substitute(ref lowered, numberFolding.Marks, numberFolding.Zeros);
            }

            ulong kept = valid & ~deleted;
            if (text.Length - folded >= IWindowScan.Length)
            {
                folded += WindowCompaction.Compact(ref lowered, kept, ref text[folded]);
            }
            else
            {
                // Beyond the longest text there can only be the space that the last window takes from behind it.
                int count = Math.Min(WindowCompaction.Compact(ref lowered, kept, ref MemoryMarshal.GetReference(last)), text.Length - folded);
                last[..count].CopyTo(text[folded..]);
                folded += count;
            }
        }

        // The text itself ends in no space, but the last window may have taken one from behind it.
        if (text[folded - 1] == ' ')
        {
            folded--;
        }

        return true;
    }

    /// <summary>Without white space and controls at its ends.</summary>
    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> bytes)
    {
        int start = 0;
        int end = bytes.Length;
        while (start < end && IsSpace(bytes[start]))
        {
            start++;
        }

        while (end > start && IsSpace(bytes[end - 1]))
        {
            end--;
        }

        return bytes[start..end];
    }

    static bool IsSpace(byte b) => b is <= (byte)' ' or 0x7F;
}
