namespace Collector.Alerts;

/// <summary>How many records came in the last minute and the last hour, to a twelfth of each. Used under the lock of its owner.</summary>
sealed class RecentCounts
{
    const int Buckets = 12;

    readonly long[] _minute = new long[Buckets];
    readonly long[] _hour = new long[Buckets];
    long _minuteStep;
    long _hourStep;

    public void Add(DateTimeOffset now)
    {
        Advance(now);
        _minute[_minuteStep % Buckets]++;
        _hour[_hourStep % Buckets]++;
    }

    public long LastMinute(DateTimeOffset now)
    {
        Advance(now);
        return _minute.Sum();
    }

    public long LastHour(DateTimeOffset now)
    {
        Advance(now);
        return _hour.Sum();
    }

    void Advance(DateTimeOffset now)
    {
        long seconds = now.ToUnixTimeSeconds();
        Advance(_minute, ref _minuteStep, seconds / 5);
        Advance(_hour, ref _hourStep, seconds / 300);
    }

    // A clock that steps back counts into the bucket it was in.
    static void Advance(long[] buckets, ref long step, long now)
    {
        if (now <= step)
        {
            return;
        }

        if (now - step >= Buckets)
        {
            Array.Clear(buckets);
        }
        else
        {
            for (long i = step + 1; i <= now; i++)
            {
                buckets[i % Buckets] = 0;
            }
        }

        step = now;
    }
}
