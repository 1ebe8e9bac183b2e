using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Classifier.Inference;

namespace Classifier.Caching;

/// <summary>Template key to the model's answer: bounded, read without locks, and not to be flushed by lines that never come again.</summary>
/// <remarks>
/// <para>Buckets of 16 entries; a one-byte tag an entry finds the candidate in one vector comparison. An entry is three words of which two are the key XORed
/// with the third, the answer, so a reader that sees half of a write sees a key that is not the one it looks for (Hyatt and Mann, "A lockless transposition
/// table", 2002). Writers take a lock; they come at the pace of the model.</para>
/// <para>Replacement: each entry has a heat of 0 to 3 that hits raise; a new entry starts at 0 and pushes out the next of the coldest, going round. Lines
/// that come once therefore push out each other. Every 256 evictions a bucket halves its heats, so that a template of long ago gives way in the end.</para>
/// <para>Starts with 1,024 entries and doubles when a bucket overflows, up to the bounds. Safe on any thread.</para>
/// </remarks>
sealed class TemplateCache
{
    const int Ways = 16;
    const int BucketsAtStart = 64;
    const int HalveEvery = 256;

    // Every second bit: the low bits of 16 two-bit heats.
    const uint LowBits = 0x5555_5555;

    readonly Lock _writeLock = new();
    readonly int _bucketsMax;
    Table _table;
    int _count;
    long _evictions;
    long _writes;

    /// <param name="entriesMax">Entries at most, 16 or more; rounded down to whole buckets.</param>
    /// <param name="bytesMax">Bytes of the table at most; less than one bucket still gives one.</param>
    public TemplateCache(int entriesMax, long bytesMax)
    {
        _bucketsMax = (int)Math.Max(1, Math.Min(entriesMax / Ways, bytesMax / Table.BucketBytes));
        _table = new Table(Math.Min(BucketsAtStart, _bucketsMax));
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Entries that were pushed out by others.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Goes up with every change: whether a saved copy is still good.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Memory of the table as it is now.</summary>
    public long Bytes => (long)Volatile.Read(ref _table).Buckets * Table.BucketBytes;

    /// <summary>The answer for a template. Hot: no lock, no allocation, two or three cache lines.</summary>
    /// <returns>False for a template that is not there, and, once in a long while, for one that is just being moved.</returns>
    public bool TryGet(in TemplateKey key, out Answer answer)
    {
        Table table = Volatile.Read(ref _table);
        int bucket = table.BucketOf(key);
        uint candidates = Vector128.Equals(table.Tags[bucket], Vector128.Create(Table.TagOf(key))).ExtractMostSignificantBits();
        for (; candidates != 0; candidates &= candidates - 1)
        {
            int way = System.Numerics.BitOperations.TrailingZeroCount(candidates);
            ref Entry entry = ref table.Entries[(bucket * Ways) + way];
            ulong bits = entry.Bits;
            if ((entry.High ^ bits) == key.High && (entry.Low ^ bits) == key.Low && bits != 0)
            {
                uint heat = table.Heats[bucket];
                if ((heat >> (2 * way) & 3) != 3)
                {
                    // Two readers may lose each other's step; it is a hint. At 3 nobody writes any more, and the line stays shared.
                    table.Heats[bucket] = heat + (1u << (2 * way));
                }

                answer = new Answer(bits);
                return true;
            }
        }

        answer = default;
        return false;
    }

    /// <summary>Adds a template or changes its answer.</summary>
    /// <remarks>The answer may be any but none.</remarks>
    public void Set(in TemplateKey key, Answer answer) => Set(key, answer, heat: 0);

    /// <summary>Adds what <see cref="Snapshot"/> gave, of this cache or of another.</summary>
    public void Restore(in SavedTemplate saved) => Set(saved.Key, saved.Answer, saved.Heat);

    /// <summary>Adds all that another cache holds.</summary>
    public void RestoreAll(TemplateCache other)
    {
        foreach (SavedTemplate saved in other.Snapshot().SelectMany(piece => piece))
        {
            Restore(saved);
        }
    }

    void Set(in TemplateKey key, Answer answer, uint heat)
    {
        Debug.Assert(!answer.IsNone, "none is how an empty entry looks");
        lock (_writeLock)
        {
            Volatile.Write(ref _writes, _writes + 1);
            Table table = _table;
            while (!table.TryPut(key, answer, heat))
            {
                if (table.Buckets == _bucketsMax)
                {
                    table.Replace(key, answer, heat);
                    Volatile.Write(ref _evictions, _evictions + 1);
                    return;
                }

                table = Grow(table);
            }

            Volatile.Write(ref _count, table.Used);
        }
    }

    /// <summary>All entries as they are about now, in pieces of bounded size; readers and writers go on in between.</summary>
    public IEnumerable<IReadOnlyList<SavedTemplate>> Snapshot()
    {
        const int PieceBuckets = 512;
        Table table = Volatile.Read(ref _table);
        List<SavedTemplate> piece = new(Math.Min(PieceBuckets, table.Buckets) * Ways);
        for (int bucket = 0; bucket < table.Buckets; bucket += PieceBuckets)
        {
            piece.Clear();
            lock (_writeLock)
            {
                table.CopyTo(piece, bucket, Math.Min(bucket + PieceBuckets, table.Buckets));
            }

            yield return piece;
        }
    }

    Table Grow(Table old)
    {
        Table larger = new((int)Math.Min(_bucketsMax, old.Buckets * 2L));
        List<SavedTemplate> entries = new(old.Used);
        old.CopyTo(entries, 0, old.Buckets);
        foreach (SavedTemplate entry in entries)
        {
            // Doubling splits a bucket in two; only a last step that is less than double can overflow.
            if (!larger.TryPut(entry.Key, entry.Answer, entry.Heat))
            {
                larger.Replace(entry.Key, entry.Answer, entry.Heat);
                Volatile.Write(ref _evictions, _evictions + 1);
            }
        }

        Volatile.Write(ref _table, larger);
        return larger;
    }

    struct Entry
    {
        public ulong High;
        public ulong Low;
        public ulong Bits;
    }

    sealed class Table(int buckets)
    {
        public const int BucketBytes = (Ways * (24 + 1)) + sizeof(uint) + sizeof(ushort);

        public readonly Vector128<byte>[] Tags = new Vector128<byte>[buckets];
        public readonly uint[] Heats = new uint[buckets];
        public readonly Entry[] Entries = new Entry[buckets * Ways];

        // Evictions of the bucket, modulo 65,536: the low four bits are where the next search for a victim starts.
        readonly ushort[] _turns = new ushort[buckets];

        public int Buckets => buckets;

        public int Used { get; private set; }

        public static byte TagOf(in TemplateKey key) => (byte)Math.Max(1, key.High & 0xFF);

        public int BucketOf(in TemplateKey key) => (int)((uint)(key.Low >> 32) * (ulong)buckets >> 32);

        /// <summary>Changes the template's entry or takes a free one; false when the bucket is full.</summary>
        public bool TryPut(in TemplateKey key, Answer answer, uint heat)
        {
            int bucket = BucketOf(key);
            int free = -1;
            for (int way = 0; way < Ways; way++)
            {
                ref Entry entry = ref Entries[(bucket * Ways) + way];
                if (entry.Bits == 0)
                {
                    free = free < 0 ? way : free;
                }
                else if ((entry.High ^ entry.Bits) == key.High && (entry.Low ^ entry.Bits) == key.Low)
                {
                    Write(bucket, way, key, answer);
                    return true;
                }
            }

            if (free < 0)
            {
                return false;
            }

            Used++;
            Write(bucket, free, key, answer);
            SetHeat(bucket, free, heat);
            return true;
        }

        /// <summary>Pushes out the coldest entry of the bucket.</summary>
        public void Replace(in TemplateKey key, Answer answer, uint heat)
        {
            int bucket = BucketOf(key);
            int turn = _turns[bucket]++;
            if (turn % HalveEvery == HalveEvery - 1)
            {
                Heats[bucket] = Heats[bucket] >> 1 & LowBits;
            }

            int way = Coldest(Heats[bucket], turn % Ways);
            Write(bucket, way, key, answer);
            SetHeat(bucket, way, heat);
        }

        public void CopyTo(List<SavedTemplate> list, int firstBucket, int endBucket)
        {
            for (int i = firstBucket * Ways; i < endBucket * Ways; i++)
            {
                Entry entry = Entries[i];
                if (entry.Bits != 0)
                {
                    TemplateKey key = new(entry.High ^ entry.Bits, entry.Low ^ entry.Bits);
                    list.Add(new SavedTemplate(key, new Answer(entry.Bits), Heats[i / Ways] >> (2 * (i % Ways)) & 3));
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
            int distance = System.Numerics.BitOperations.TrailingZeroCount(System.Numerics.BitOperations.RotateRight(coldest, 2 * start)) / 2;
            return (start + distance) % Ways;
        }

        void Write(int bucket, int way, in TemplateKey key, Answer answer)
        {
            ref Entry entry = ref Entries[(bucket * Ways) + way];
            entry.High = key.High ^ answer.Bits;
            entry.Low = key.Low ^ answer.Bits;
            entry.Bits = answer.Bits;

            // One byte, so that readers of the other tags see nothing of it.
            Unsafe.Add(ref Unsafe.As<Vector128<byte>, byte>(ref Tags[bucket]), way) = TagOf(key);
        }

        void SetHeat(int bucket, int way, uint heat) => Heats[bucket] = (Heats[bucket] & ~(3u << (2 * way))) | (heat << (2 * way));
    }
}
