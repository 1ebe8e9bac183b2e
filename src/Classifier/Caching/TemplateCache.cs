using System.Diagnostics;
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
    const int BucketsAtStart = 64;

    readonly Lock _writeLock = new();
    readonly int _bucketsMax;
    TemplateTable _table;
    int _count;
    long _evictions;
    long _writes;

    /// <param name="entriesMax">Entries at most, 16 or more; rounded down to whole buckets.</param>
    /// <param name="bytesMax">Bytes of the table at most, with two threads that read; less than one bucket still gives one.</param>
    public TemplateCache(int entriesMax, long bytesMax)
    {
        _bucketsMax = (int)Math.Max(1, Math.Min(entriesMax / TemplateTable.Ways, bytesMax / TemplateTable.BucketBytes));
        _table = new TemplateTable(Math.Min(BucketsAtStart, _bucketsMax));
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Entries that were pushed out by others.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Goes up with every change: whether a saved copy is still good.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Memory of the table as it is now.</summary>
    public long Bytes => Volatile.Read(ref _table).Bytes;

    /// <summary>Now, as in <see cref="Tally"/>; to be set twice a minute or so by the owner.</summary>
    public uint Minutes { get; set; }

    /// <summary>The answer for a template, counted as a hit. No lock, no allocation, three or four cache lines.</summary>
    /// <returns>False for a template that is not there, and, once in a long while, for one that is just being moved.</returns>
    public bool TryGet(in TemplateKey key, out Answer answer)
    {
        answer = default;
        return TryGetAll(new ReadOnlySpan<TemplateKey>(in key), new Span<Answer>(ref answer)) == 1;
    }

    /// <summary><see cref="TryGet"/> for many. Hot.</summary>
    /// <param name="keys">Any number.</param>
    /// <param name="answers">As many; none where that is false.</param>
    /// <returns>How many are there.</returns>
    public int TryGetAll(ReadOnlySpan<TemplateKey> keys, Span<Answer> answers) => Volatile.Read(ref _table).Look(keys, answers, Minutes);

    /// <summary>All about a template; not counted as a hit.</summary>
    public bool TryPeek(in TemplateKey key, out SavedTemplate saved)
    {
        TemplateTable table = Volatile.Read(ref _table);
        int place = table.Find(key, out _);
        saved = place < 0 ? default : table.Read(place);
        return place >= 0 && saved.Key == key;
    }

    /// <summary>Adds a template or changes its answer.</summary>
    /// <remarks>The answer may be any but none.</remarks>
    public void Set(in TemplateKey key, Answer answer) => Restore(new SavedTemplate(key, answer, Heat: 0, default));

    /// <summary>Adds what <see cref="Snapshot"/> gave, of this cache or of another.</summary>
    public void Restore(in SavedTemplate saved)
    {
        Debug.Assert(!saved.Answer.IsNone, "none is how an empty entry looks");
        lock (_writeLock)
        {
            Volatile.Write(ref _writes, _writes + 1);
            TemplateTable table = _table;
            while (!table.TryPut(saved))
            {
                if (table.Buckets == _bucketsMax)
                {
                    table.Replace(saved);
                    Volatile.Write(ref _evictions, _evictions + 1);
                    break;
                }

                table = Grow(table);
            }

            Volatile.Write(ref _count, table.Used);
        }
    }

    /// <summary>Adds all that another cache holds.</summary>
    public void RestoreAll(TemplateCache other)
    {
        foreach (SavedTemplate saved in other.Snapshot().SelectMany(piece => piece))
        {
            Restore(saved);
        }
    }

    /// <summary>All entries as they are about now, in pieces of bounded size; readers and writers go on in between.</summary>
    public IEnumerable<IReadOnlyList<SavedTemplate>> Snapshot()
    {
        const int PieceBuckets = 512;
        TemplateTable table = Volatile.Read(ref _table);
        List<SavedTemplate> piece = new(Math.Min(PieceBuckets, table.Buckets) * TemplateTable.Ways);
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

    TemplateTable Grow(TemplateTable old)
    {
        TemplateTable larger = new((int)Math.Min(_bucketsMax, old.Buckets * 2L));
        List<SavedTemplate> entries = new(old.Used);
        old.CopyTo(entries, 0, old.Buckets);
        foreach (SavedTemplate entry in entries)
        {
            // Doubling splits a bucket in two; only a last step that is less than double can overflow.
            if (!larger.TryPut(entry))
            {
                larger.Replace(entry);
                Volatile.Write(ref _evictions, _evictions + 1);
            }
        }

        Volatile.Write(ref _table, larger);
        return larger;
    }
}
