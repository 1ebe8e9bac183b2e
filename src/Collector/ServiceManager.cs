using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace Collector;

/// <summary>What systemd hears of us (sd_notify): ready, reloading, stopping, alive. Does nothing where no service manager listens.</summary>
sealed class ServiceManager(TimeProvider time)
{
    readonly SystemdNotifier _notifier = new();

    public void TellReady() => _notifier.Notify(ServiceState.Ready);

    /// <summary>Until <see cref="TellReady"/>; with the time that <c>Type=notify-reload</c> asks for.</summary>
    public void TellReloading() => _notifier.Notify(new ServiceState(
        string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / (time.TimestampFrequency / 1_000_000)}")));

    public void TellStopping() => _notifier.Notify(ServiceState.Stopping);

    /// <summary>Feeds the watchdog while the pipeline moves, until cancelled: a timer alone would keep a stuck process alive.</summary>
    /// <param name="isProgressing">Asked every half interval.</param>
    /// <param name="stop">Ends the feeding; the stop has a deadline of its own.</param>
    public async Task FeedWatchdogAsync(Func<bool> isProgressing, CancellationToken stop)
    {
        if (!long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            || microseconds <= 0)
        {
            return;
        }

        using PeriodicTimer timer = new(TimeSpan.FromMicroseconds(Math.Max(microseconds / 2, 1_000)), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                if (isProgressing())
                {
                    _notifier.Notify(new ServiceState("WATCHDOG=1"));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
