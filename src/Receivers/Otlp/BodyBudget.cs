namespace Receivers.Otlp;

/// <summary>Memory that bodies may take which are being read, inflated or decoded, over all requests. Safe on any thread.</summary>
/// <remarks>Full: the request is refused as overload, before its bytes are read.</remarks>
sealed class BodyBudget(long bytesMax)
{
    long _taken;

    public long Taken => Interlocked.Read(ref _taken);

    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= bytesMax)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
