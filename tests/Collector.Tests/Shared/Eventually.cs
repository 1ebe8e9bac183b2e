using Tests.Shared;

namespace Collector.Tests.Shared;

/// <summary>Waits for what other threads do, without keeping a thread.</summary>
static class Eventually
{
    static readonly TimeSpan Deadline = Patience.Long;

    /// <summary>Looks every few milliseconds.</summary>
    /// <exception cref="OperationCanceledException">It was not true within a minute.</exception>
    public static async Task UntilAsync(Func<bool> isTrue)
    {
        using CancellationTokenSource deadline = new(Deadline);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        while (!isTrue())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
