using Prometheus;

namespace Collector.Metrics;

/// <summary>Whether what runs is what the configuration file says.</summary>
sealed class ReloadMetrics
{
    readonly Gauge _successful;
    readonly Gauge _timestamp;
    readonly TimeProvider _time;

    public ReloadMetrics(MetricFactory metrics, TimeProvider time)
    {
        _time = time;
        _successful = metrics.CreateGauge(
            "collector_config_last_reload_successful", "1 when the last load of the configuration took effect as a whole, 0 when something was wrong and stayed as it was.");
        _timestamp = metrics.CreateGauge(
            "collector_config_last_reload_success_timestamp_seconds", "When a load of the configuration last took effect as a whole, in seconds since 1970.");
        Note(isSuccessful: true);
    }

    public void Note(bool isSuccessful)
    {
        _successful.Set(isSuccessful ? 1 : 0);
        if (isSuccessful)
        {
            _timestamp.Set(_time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        }
    }
}
