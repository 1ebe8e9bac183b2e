using System.Collections;
using System.Reflection;
using System.Text;
using Collector.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;
using Tests.Shared;

namespace Collector.Tests.Metrics;

/// <summary>docs/metrics.md is written from what the appliance has registered.</summary>
public sealed class MetricsReferenceTests
{
    const string Head = """
        # Metrics

        What `/metrics` on port 8000 shows, in the classic text format and, when asked for, in OpenMetrics. This page is written from the registry; a test keeps it complete.

        | name | type | labels | meaning |
        |---|---|---|---|

        """;

    [Fact]
    public async Task Registry_OfTheAppliance_EqualsTheDocument()
    {
        await using Appliance appliance = new(
            Configured.From("classifier: { model_folder: /nonexistent }\n"), new Reloads(), NullLoggerFactory.Instance, TimeProvider.System);
        StringBuilder text = new(Head);
        foreach (Prometheus.Collector collector in Collectors(appliance.Metrics).OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            string labels = string.Join(", ", collector.LabelNames.Select(l => $"`{l}`"));
            text.Append($"| `{collector.Name}` | {TypeOf(collector)} | {labels} | {collector.Help} |\n");
        }

        string file = Repository.PathTo("docs", "metrics.md");
        string received = Path.ChangeExtension(file, ".received.md");
        if (!File.Exists(file) || await File.ReadAllTextAsync(file) != text.ToString())
        {
            await File.WriteAllTextAsync(received, text.ToString());
            Assert.Fail($"{file} is out of date; read {received}, and move it there.");
        }

        File.Delete(received);
    }

    // The registry does not tell; its page would leave out the labels of families without a sample.
    static IEnumerable<Prometheus.Collector> Collectors(CollectorRegistry registry)
    {
        FieldInfo families = typeof(CollectorRegistry).GetField("_families", BindingFlags.NonPublic | BindingFlags.Instance)!;
        foreach (object family in ((IDictionary)families.GetValue(registry)!).Values)
        {
            FieldInfo collectors = family.GetType().GetField("_collectors", BindingFlags.NonPublic | BindingFlags.Instance)!;
            foreach (Prometheus.Collector collector in ((IDictionary)collectors.GetValue(family)!).Values)
            {
                yield return collector;
            }
        }
    }

    static string TypeOf(Prometheus.Collector collector) => collector switch
    {
        Counter => "counter",
        Gauge => "gauge",
        Histogram => "histogram",
        _ => "summary",
    };
}
