using System.Diagnostics;

namespace Benchmarks.Load;

/// <summary>Holds a sender to a rate. Bursts of half a millisecond.</summary>
sealed class Pace(long perSecond)
{
    const int BurstMax = 64;

    readonly long _start = Stopwatch.GetTimestamp();
    readonly ManualResetEventSlim _never = new();

    public bool IsAhead(long sent) => perSecond > 0 && sent > Due;

    /// <summary>How many may go now, 1 at least.</summary>
    public long Allowed(long sent) => perSecond == 0 ? BurstMax : Math.Clamp(Due - sent, 1, BurstMax);

    public void Wait(long sent)
    {
        while (IsAhead(sent))
        {
            double ahead = (sent - Due) / (double)perSecond;
            _ = ahead > 0.0015 ? _never.Wait(TimeSpan.FromSeconds(ahead)) : Thread.Yield();
        }
    }

    long Due => (long)(Stopwatch.GetElapsedTime(_start).TotalSeconds * perSecond);
}
