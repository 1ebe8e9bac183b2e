using Classifier;
using Prometheus;

namespace Collector.Metrics;

/// <summary>What runs: version, model, vector width; and the process itself.</summary>
static class BuildMetrics
{
    public static void Register(MetricFactory metrics, CollectorRegistry registry, LogClassifier classifier)
    {
        DotNetStats.Register(registry);
        Gauge info = metrics.CreateGauge("collector_build_info", "1, with what runs as labels.", "version", "model", "simd");
        string model = "";
        registry.AddBeforeCollectCallback(() =>
        {
            if (model != classifier.ModelName)
            {
                info.RemoveLabelled(BuildFacts.Version, model, BuildFacts.Simd);
                model = classifier.ModelName;
            }

            info.WithLabels(BuildFacts.Version, model, BuildFacts.Simd).Set(1);
        });
    }
}
