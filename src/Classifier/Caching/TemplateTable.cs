using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Classifier.Inference;

namespace Classifier.Caching;

/// <summary>The memory of a <see cref="TemplateCache"/> at one size. Reads need no lock, all else is done under the cache's.</summary>
sealed class TemplateTable(int buckets)
{
    /// <summary>Entries a bucket.</summary>
    public const int Ways = 16;

    /// <summary>Of one bucket, with the tallies of three threads: two that read and the shared ones.</summary>
    public const int BucketBytes = FixedBucketBytes + (3 * TallyBucketBytes);

    const int HalveEvery = 256;
    const int FixedBucketBytes = (Ways * (24 + 1)) + sizeof(uint) + sizeof(ushort);
    const int TallyBucketBytes = Ways * sizeof(ulong);

    // Every second bit: the low bits of 16 two-bit heats.
    const uint LowBits = 0x5555_5555;

    readonly Vector128<byte>[] _tags = new Vector128<byte>[buckets];
    readonly uint[] _heats = new uint[buckets];
    readonly Entry[] _entries = new Entry[buckets * Ways];

    // By thread number: only the thread itself writes to its own, but for the shared ones and for an entry that changes hands.
    readonly ulong[]?[] _tallies = new ulong[]?[ThreadNumber.Count];

    // Evictions of the bucket, modulo 65,536: the low four bits are where the next search for a victim starts.
    readonly ushort[] _turns = new ushort[buckets];

    public int Buckets => buckets;

    public int Used { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static byte TagOf(in TemplateKey key) => (byte)Math.Max(1, key.High & 0xFF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int BucketOf(in TemplateKey key) => (int)((uint)(key.Low >> 32) * (ulong)buckets >> 32);

    public long Bytes => (long)buckets * (FixedBucketBytes + (TallyBucketBytes * _tallies.Count(own => own is not null)));

    /// <summary>Where a template's entry is. Hot.</summary>
    /// <returns>-1 when it is not there, or when it is just being written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(in TemplateKey key, out Answer answer)
    {
        int bucket = BucketOf(key);
        uint candidates = Vector128.Equals(_tags[bucket], Vector128.Create(TagOf(key))).ExtractMostSignificantBits();
        for (; candidates != 0; candidates &= candidates - 1)
        {
            int place = (bucket * Ways) + BitOperations.TrailingZeroCount(candidates);
            ref Entry entry = ref _entries[place];
            ulong bits = entry.Bits;
            if ((entry.High ^ bits) == key.High && (entry.Low ^ bits) == key.Low && bits != 0)
            {
                answer = new Answer(bits);
                return place;
            }
        }

        answer = default;
        return -1;
    }

    /// <summary>Looks for many, counts the hits and warms their entries. Hot: one look does not depend on another, so that they wait for memory side by side.</summary>
    /// <param name="keys">Any number.</param>
    /// <param name="answers">As many; none where a template is not there.</param>
    /// <param name="minutes">Now, as in <see cref="Tally"/>.</param>
    /// <returns>Hits.</returns>
    public int Look(ReadOnlySpan<TemplateKey> keys, Span<Answer> answers, uint minutes)
    {
        int thread = ThreadNumber.Current;
        ulong[] tallies = _tallies[thread] ?? OwnTallies(thread);
        int hits = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            int place = Find(keys[i], out answers[i]);
            if (place >= 0)
            {
                hits++;
                Warm(place);
                if (thread == ThreadNumber.Shared)
                {
                    HitShared(ref tallies[place], minutes);
                }
                else
                {
                    tallies[place] = new Tally(tallies[place]).Next(minutes).Bits;
                }
            }
        }

        return hits;
    }

    public SavedTemplate Read(int place)
    {
        Entry entry = _entries[place];
        Tally tally = default;
        foreach (ulong[]? own in _tallies)
        {
            tally = own is null ? tally : tally.Plus(new Tally(Volatile.Read(ref own[place])));
        }

        TemplateKey key = new(entry.High ^ entry.Bits, entry.Low ^ entry.Bits);
        return new SavedTemplate(key, new Answer(entry.Bits), _heats[place / Ways] >> (2 * (place % Ways)) & 3, tally);
    }

    /// <summary>Changes the template's entry or takes a free one; false when the bucket is full.</summary>
    public bool TryPut(in SavedTemplate added)
    {
        TemplateKey key = added.Key;
        int bucket = BucketOf(key);
        int free = -1;
        for (int way = 0; way < Ways; way++)
        {
            ref Entry entry = ref _entries[(bucket * Ways) + way];
            if (entry.Bits == 0)
            {
                free = free < 0 ? way : free;
            }
            else if ((entry.High ^ entry.Bits) == key.High && (entry.Low ^ entry.Bits) == key.Low)
            {
                Write(bucket, way, key, added.Answer);
                return true;
            }
        }

        if (free < 0)
        {
            return false;
        }

        Used++;
        Fill(bucket, free, added);
        return true;
    }

    /// <summary>Pushes out the coldest entry of the bucket.</summary>
    public void Replace(in SavedTemplate added)
    {
        int bucket = BucketOf(added.Key);
        int turn = _turns[bucket]++;
        if (turn % HalveEvery == HalveEvery - 1)
        {
            _heats[bucket] = _heats[bucket] >> 1 & LowBits;
        }

        int way = Coldest(_heats[bucket], turn % Ways);
        Fill(bucket, way, added);
    }

    public void CopyTo(List<SavedTemplate> list, int firstBucket, int endBucket)
    {
        for (int place = firstBucket * Ways; place < endBucket * Ways; place++)
        {
            if (_entries[place].Bits != 0)
            {
                list.Add(Read(place));
            }
        }
    }

    /// <summary>The first way from <paramref name="start"/> on, going round, that has the lowest heat of all.</summary>
    static int Coldest(uint heats, int start)
    {
        uint low = heats & LowBits;
        uint high = heats >> 1 & LowBits;
        uint coldest = ~(high | low) & LowBits;
        coldest = coldest != 0 ? coldest : low & ~high;
        coldest = coldest != 0 ? coldest : high & ~low;
        coldest = coldest != 0 ? coldest : LowBits;
        int distance = BitOperations.TrailingZeroCount(BitOperations.RotateRight(coldest, 2 * start)) / 2;
        return (start + distance) % Ways;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Warm(int place)
    {
        ref uint heats = ref _heats[(uint)place / Ways];
        int shift = 2 * (place % Ways);
        uint before = heats;
        if ((before >> shift & 3) != 3)
        {
            // Two readers may lose each other's step; it is a hint. At 3 nobody writes any more, and the line stays shared.
            heats = before + (1u << shift);
        }
    }

    void Write(int bucket, int way, in TemplateKey key, Answer answer)
    {
        ref Entry entry = ref _entries[(bucket * Ways) + way];
        entry.High = key.High ^ answer.Bits;
        entry.Low = key.Low ^ answer.Bits;
        entry.Bits = answer.Bits;

        // One byte, so that readers of the other tags see nothing of it.
        Unsafe.Add(ref Unsafe.As<Vector128<byte>, byte>(ref _tags[bucket]), way) = TagOf(key);
    }

    void Fill(int bucket, int way, in SavedTemplate added)
    {
        int place = (bucket * Ways) + way;
        foreach (ulong[]? own in _tallies)
        {
            // A thread that counts a hit of the old entry at this moment leaves one too many to the new one.
            own?[place] = 0;
        }

        if (added.Tally.Bits != 0)
        {
            (_tallies[ThreadNumber.Shared] ?? OwnTallies(ThreadNumber.Shared))[place] = added.Tally.Bits;
        }

        Write(bucket, way, added.Key, added.Answer);
        _heats[bucket] = (_heats[bucket] & ~(3u << (2 * way))) | (added.Heat << (2 * way));
    }

    ulong[] OwnTallies(int thread)
    {
        ulong[] made = new ulong[_entries.Length];
        return Interlocked.CompareExchange(ref _tallies[thread], made, null) ?? made;
    }

    static void HitShared(ref ulong tally, uint minutes)
    {
        ulong before;
        do
        {
            before = Volatile.Read(ref tally);
        }
        while (Interlocked.CompareExchange(ref tally, new Tally(before).Next(minutes).Bits, before) != before);
    }

    struct Entry
    {
        public ulong High;
        public ulong Low;
        public ulong Bits;
    }
}
