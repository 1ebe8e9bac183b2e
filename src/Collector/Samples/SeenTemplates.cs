namespace Collector.Samples;

/// <summary>Template ids, up to a bound. Read without a lock by any number of threads, added to by one at a time.</summary>
sealed class SeenTemplates(int max)
{
    // A quarter full at most: nearly every look ends at its first place.
    readonly ulong[] _slots = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)max * 4)];
    volatile int _count;

    public bool IsFull => _count >= max;

    public bool Contains(ulong template)
    {
        template = Key(template);
        for (int slot = First(template); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            ulong there = Volatile.Read(ref _slots[slot]);
            if (there == template || there == 0)
            {
                return there != 0;
            }
        }
    }

    /// <summary>One caller at a time.</summary>
    /// <returns>False: it was there, or there is no room.</returns>
    public bool Add(ulong template)
    {
        if (IsFull || Contains(template))
        {
            return false;
        }

        template = Key(template);
        int slot = First(template);
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        Volatile.Write(ref _slots[slot], template);
        _count++;
        return true;
    }

    // 0 marks a free slot.
    static ulong Key(ulong template) => template == 0 ? 1 : template;

    // Ids are bits of a good hash.
    int First(ulong template) => (int)template & (_slots.Length - 1);
}
