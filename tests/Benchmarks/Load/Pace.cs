using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>Holds a sender to a rate. Sleeps in between: one that spins slows down whoever shares its core, and that would be measured too.</summary>
sealed class Pace(long perSecond)
{
    const int BurstMax = 64;

    static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);

    readonly long _start = Stopwatch.GetTimestamp();
    readonly ManualResetEventSlim _never = new();

    public bool IsAhead(long sent) => perSecond > 0 && sent > Due;

    /// <summary>How many may go now, 1 at least.</summary>
    public long Allowed(long sent) => perSecond == 0 ? BurstMax : Math.Clamp(Due - sent, 1, BurstMax);

    public void Wait(long sent)
    {
        while (IsAhead(sent))
        {
            TimeSpan ahead = TimeSpan.FromSeconds((sent - Due) / (double)perSecond);
            _never.Wait(ahead > Nap ? ahead : Nap);
        }
    }

    long Due => (long)(Stopwatch.GetElapsedTime(_start).TotalSeconds * perSecond);
}
