using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Classifier.Normalizing;

namespace Classifier.Caching;

/// <summary>Outline to template key: spares records that look like an earlier one the normaliser. What it forgets costs a normalisation and no more.</summary>
/// <remarks>
/// Sets of two entries, the newer one first; whatever comes is kept. An entry is four words, of which two are the outline XORed with the others, the key, so a
/// reader that sees half of a write sees an outline that is not the one it looks for, as in <see cref="TemplateCache"/>. Reads and writes take no lock; safe on any thread.
/// </remarks>
sealed class OutlineCache
{
    /// <summary>Entries: 2 MiB of memory. Some thousand templates with numbers of all lengths have that many outlines.</summary>
    const int Entries = 65_536;

    const int Ways = 2;

    readonly Entry[] _entries = new Entry[Entries];
    readonly OutlineSecret _secret = OutlineSecret.Make();

    /// <summary>What all outlines of this cache are made with.</summary>
    public ref readonly OutlineSecret Secret => ref _secret;

    /// <summary>Asks memory for what <see cref="TryGet"/> will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Fetch(in OutlineKey outline)
    {
        if (Sse.IsSupported)
        {
            // The array may move meanwhile: then the hint is for nothing.
            Sse.Prefetch0(Unsafe.AsPointer(ref _entries[First(outline)]));
        }
    }

    /// <summary>The key of an outline that is known. Hot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(in OutlineKey outline, out TemplateKey key)
    {
        int first = First(outline);
        return _entries[first].TryGet(outline, out key) || _entries[first + 1].TryGet(outline, out key);
    }

    /// <summary>Keeps the key of an outline, in the place of the older of two others.</summary>
    public void Set(in OutlineKey outline, in TemplateKey key)
    {
        int first = First(outline);
        _entries[first + 1] = _entries[first];
        _entries[first] = new Entry(outline, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int First(in OutlineKey outline) => (int)(outline.Low % (Entries / Ways)) * Ways;

    readonly struct Entry(in OutlineKey outline, in TemplateKey key)
    {
        readonly ulong _mixedHigh = outline.High ^ key.High ^ BitOperations.RotateLeft(key.Low, 32);
        readonly ulong _mixedLow = outline.Low ^ key.Low ^ BitOperations.RotateLeft(key.High, 16);
        readonly TemplateKey _key = key;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryGet(in OutlineKey outline, out TemplateKey key)
        {
            key = _key;
            return (_mixedHigh ^ key.High ^ BitOperations.RotateLeft(key.Low, 32)) == outline.High
                && (_mixedLow ^ key.Low ^ BitOperations.RotateLeft(key.High, 16)) == outline.Low;
        }
    }
}
