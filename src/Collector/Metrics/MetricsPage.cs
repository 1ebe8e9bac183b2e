using Prometheus;

namespace Collector.Metrics;

/// <summary>The metrics page in the format that the scraper asks for.</summary>
sealed class MetricsPage(CollectorRegistry registry)
{
    const string OpenMetrics = "application/openmetrics-text";

    public async Task WriteAsync(HttpContext context)
    {
        ExpositionFormat format = ExpositionFormat.PrometheusText;
        string contentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;
        if (context.Request.Headers.Accept.Any(value => value?.Contains(OpenMetrics, StringComparison.OrdinalIgnoreCase) == true))
        {
            format = ExpositionFormat.OpenMetricsText;
            contentType = PrometheusConstants.OpenMetricsContentTypeWithVersionAndEncoding;
        }

        context.Response.ContentType = contentType;
        await registry.CollectAndExportAsTextAsync(context.Response.Body, format, context.RequestAborted).ConfigureAwait(false);
    }
}
