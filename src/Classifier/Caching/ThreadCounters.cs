namespace Classifier.Caching;

/// <summary>A few counters that hot paths raise without touching each other's cache lines; summed when read.</summary>
/// <remarks>
/// Each thread has cells of its own and adds with a plain store. Thread numbers are handed out once a process: threads beyond the last own number share
/// one set of cells and add with an interlocked instruction. Safe on any thread.
/// </remarks>
sealed class ThreadCounters
{
    // 64 own sets are 8 KiB; two cache lines apart, since x86 fetches lines in pairs.
    const int Sets = 64;
    const int SetCells = 16;
    const int SharedSet = 0;

    [ThreadStatic]
    static int t_set;
    static int s_lastSet;

    readonly long[] _cells = new long[Sets * SetCells];

    /// <summary>Adds one.</summary>
    /// <param name="counter">0 to 15.</param>
    public void Add(int counter)
    {
        int set = t_set;
        if (set > 0)
        {
            _cells[(set * SetCells) + counter]++;
            return;
        }

        AddCore(counter);
    }

    public long Sum(int counter)
    {
        long sum = 0;
        for (int set = 0; set < Sets; set++)
        {
            sum += Volatile.Read(ref _cells[(set * SetCells) + counter]);
        }

        return sum;
    }

    void AddCore(int counter)
    {
        if (t_set == 0)
        {
            int set = Interlocked.Increment(ref s_lastSet);
            t_set = set < Sets ? set : -1;
        }

        // The first time of a thread goes to the shared set, whatever it gets.
        Interlocked.Increment(ref _cells[(SharedSet * SetCells) + counter]);
    }
}
