namespace Classifier.Caching;

/// <summary>A few counters that hot paths raise without touching each other's cache lines; summed when read. Safe on any thread.</summary>
sealed class ThreadCounters
{
    // 64 sets are 8 KiB; two cache lines apart, since x86 fetches lines in pairs.
    const int SetCells = 16;

    readonly long[] _cells = new long[ThreadNumber.Count * SetCells];

    /// <param name="counter">0 to 15.</param>
    /// <param name="count">What to add.</param>
    public void Add(int counter, int count)
    {
        int thread = ThreadNumber.Current;
        ref long cell = ref _cells[(thread * SetCells) + counter];
        if (thread == ThreadNumber.Shared)
        {
            Interlocked.Add(ref cell, count);
        }
        else
        {
            cell += count;
        }
    }

    public long Sum(int counter)
    {
        long sum = 0;
        for (int thread = 0; thread < ThreadNumber.Count; thread++)
        {
            sum += Volatile.Read(ref _cells[(thread * SetCells) + counter]);
        }

        return sum;
    }
}
