namespace Packaging.Tests.Tools;

/// <summary>Waits for what another process does, and cannot signal.</summary>
static class Poll
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the first answer that is not null; fails the test with the problem when there is none in time.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> ask, string problem, int seconds = 120)
        where T : class
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        using PeriodicTimer timer = new(Interval);
        try
        {
            while (true)
            {
                try
                {
                    if (await ask() is { } answer)
                    {
                        return answer;
                    }
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    // Not yet.
                }

                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{problem}: not within {seconds} s");
        }
    }
}
