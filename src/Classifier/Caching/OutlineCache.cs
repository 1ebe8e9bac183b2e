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
sealed unsafe class OutlineCache
{
    /// <summary>Entries: 2 MiB of memory. Some thousand templates with numbers of all lengths have that many outlines.</summary>
    const int Entries = 65_536;

    const int Ways = 2;

    const int SetBytes = 64;

    // Pinned, so that a set is one cache line: the first begins at the first address that is a multiple of its size.
    readonly Entry[] _entries = GC.AllocateArray<Entry>(Entries + Ways, pinned: true);
    readonly Entry* _sets;
    readonly OutlineSecret _secret = OutlineSecret.Make();

    public OutlineCache()
    {
        nuint start = (nuint)Unsafe.AsPointer(ref _entries[0]);
        _sets = (Entry*)((start + SetBytes - 1) & ~(nuint)(SetBytes - 1));
    }

    /// <summary>What all outlines of this cache are made with.</summary>
    public ref readonly OutlineSecret Secret => ref _secret;

    /// <summary>Asks memory for what <see cref="TryGet"/> will read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(in OutlineKey outline)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(SetOf(outline));
        }
    }

    /// <summary>The key of an outline that is known. Hot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(in OutlineKey outline, out TemplateKey key)
    {
        Entry* set = SetOf(outline);
        return set[0].TryGet(outline, out key) || set[1].TryGet(outline, out key);
    }

    /// <summary>Keeps the key of an outline, in the place of the older of two others.</summary>
    public void Set(in OutlineKey outline, in TemplateKey key)
    {
        Entry* set = SetOf(outline);
        set[1] = set[0];
        set[0] = new Entry(outline, key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Entry* SetOf(in OutlineKey outline) => _sets + (outline.Low % (Entries / Ways) * Ways);

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
