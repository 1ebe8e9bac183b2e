using Classifier;
using Prometheus;

namespace Collector.Metrics;

/// <summary>The template cache and the model behind it.</summary>
static class ClassifierMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, LogClassifier classifier)
    {
        Counter hits = metrics.CreateCounter("collector_classifier_cache_hits_total", "Log records whose template was known.");
        Counter misses = metrics.CreateCounter("collector_classifier_cache_misses_total", "Log records whose template was new.");
        Counter evictions = metrics.CreateCounter("collector_classifier_cache_evictions_total", "Templates that made room for others.");
        Gauge templates = metrics.CreateGauge("collector_classifier_templates", "Templates whose verdict is remembered.");
        Gauge cacheBytes = metrics.CreateGauge("collector_classifier_cache_bytes", "Memory of the template cache.");
        Gauge pending = metrics.CreateGauge("collector_classifier_pending_templates", "New templates that wait for the model or are being read by it.");
        Counter turnedAway = metrics.CreateCounter(
            "collector_classifier_turned_away_templates_total", "New templates that were not queued for the model because it had too much to do.");
        Counter failures = metrics.CreateCounter("collector_classifier_inference_failures_total", "Runs of the model that failed.");
        DurationHistogram inference = new(
            metrics, "collector_classifier_inference_duration_seconds", "Time of one run of the model.", classifier.Statistics.InferenceBucketBounds);

        registry.AddBeforeCollectCallback(() =>
        {
            ClassifierStatistics now = classifier.Statistics;
            hits.IncTo(now.CacheHits);
            misses.IncTo(now.CacheMisses);
            evictions.IncTo(now.CacheEvictions);
            templates.Set(now.Templates);
            cacheBytes.Set(now.CacheBytes);
            pending.Set(now.PendingTemplates);
            turnedAway.IncTo(now.TurnedAwayTexts);
            failures.IncTo(now.InferenceFailures);
            inference.Update(now.InferenceBuckets, now.InferenceSeconds);
        });
    }
}
