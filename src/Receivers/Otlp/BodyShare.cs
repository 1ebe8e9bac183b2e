namespace Receivers.Otlp;

/// <summary>What one request has taken of the <see cref="BodyBudget"/>; given back as a whole.</summary>
struct BodyShare(BodyBudget budget)
{
    /// <summary>Taken at a time for a body of unknown length.</summary>
    const long Step = 64 * 1024;

    long _taken;

    /// <summary>Makes sure that the share is at least this large.</summary>
    /// <returns>False: no room; what was taken stays taken.</returns>
    public bool TryGrowTo(long bytes)
    {
        if (bytes <= _taken)
        {
            return true;
        }

        long more = Math.Max(bytes - _taken, Step);
        if (!budget.TryTake(more))
        {
            return false;
        }

        _taken += more;
        return true;
    }

    public void Give()
    {
        budget.Give(_taken);
        _taken = 0;
    }
}
